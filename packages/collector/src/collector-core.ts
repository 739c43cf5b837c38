/**
 * One node's protocol: sessions, reference listing, gifts, leases, verdicts of others. Events in, effects out; no clock, no randomness, no
 * I/O. What makes reports and judges them is a part of its own (`Coordination`), which may come later: a browser loads it when it is needed
 * first. `Collector` has it from the start.
 *
 * Driver contract
 * - `step(event, now)` for everything that happens; carry out its effects, in order, before the next step. A frame's
 *   effects are applied to the local heap in the turn in which it arrived.
 * - Before `nextDeadline()` passes there is nothing to do unprompted; after it, poll the inbox, then step `deadline`. A node that has
 *   slept does so, too, before anything else: what arrived while it slept is heard before others are given up.
 * - On `released`, collect the local heap soon, with `exports` and `pinned` as further roots; step `drop` with the imports
 *   that it found unreachable.
 * - On `report-wanted` or `bring-out-your-dead` (collect and drop first): `beginReport()`, trace, step `report`, with nothing
 *   in between. Name all that weak holders refer to: what can be dereferenced and is not named may be freed.
 *
 * - Before the first event `report`, `begin-round` or `judge`: `complete()`. Until then reports of others, which nobody has asked for, are
 *   passed over; the coordinator's part is soft state, and an answer to a report that was not made means nothing.
 *
 * getters:  address, tables, counts, exports, pinned, isConnected, nextDeadline
 * inputs:   step; beginReport; complete
 * outputs:  the effects of step
 *
 * Specification: docs/protocol.md.
 */
import {
  ALL_RULES,
  type ImportId,
  type Incarnation,
  type Instant,
  type MessageCodec,
  type NodeAddress,
  type NodeId,
  type ObjectKey,
  type Rules,
  type Sequence,
  UsageError,
  WIRE_CODEC,
} from '@holdfast/core'
import { DEFAULT_LEASE, type LeaseOptions, leaseTimes } from '@holdfast/lease'
import type { SessionLimits } from '@holdfast/session'
import type { VerdictOptions } from '@holdfast/tracing/verdict'
import { send } from './application-messages.js'
import type { Coordination } from './coordination.js'
import type { CollectorEffect } from './effect.js'
import { endSession } from './ended-session.js'
import type { CollectorEvent } from './event.js'
import { MAX_GIFT_DEPTH } from './gift-proofs.js'
import type { GiftTokenOptions } from './gift-tokens.js'
import { actOnDeadlines } from './leases.js'
import { Links } from './links.js'
import { dropImports } from './listing-messages.js'
import { type CollectorCounts, NodeState } from './node-state.js'
import { IDS_PER_MESSAGE } from './pieces.js'
import { Reception } from './reception.js'
import type { ReportTicket, SuspectFilter } from './report-builder.js'
import { REPORT_PART_BYTES } from './report-parts.js'
import { restarted } from './restart.js'
import { revoke } from './revocation.js'
import {
  acknowledgedBy,
  describeExport,
  describeImport,
  type ExportView,
  type ImportView,
  leaseEndOf,
  openSessions,
  ownerOf,
  type SessionProgress,
  type SessionView,
  sentTo,
  sessionWith,
  type TableSizes,
  tableSizes,
} from './views.js'

export interface CollectorOptions extends VerdictOptions {
  readonly node: NodeId
  /** Later than every earlier lifetime of this node. */
  readonly incarnation: Incarnation
  readonly limits?: SessionLimits
  /** The same for all nodes of a cluster. Default: `DEFAULT_LEASE`. */
  readonly lease?: LeaseOptions
  /** How messages become bytes. Default: `WIRE_CODEC`. */
  readonly codec?: MessageCodec
  /** Lists of ids are cut into messages of so many. Default: 65,536. */
  readonly idsPerMessage?: number
  /** A report goes in parts of at most so many bytes, one a turn. Default: 65,536; fewer where the session's queue is short. */
  readonly reportPartBytes?: number
  /** How gifts of this node's objects are proved. When left out, who claims to have been given one is believed. */
  readonly giftTokens?: GiftTokenOptions
  /** Whose verdicts are applied and whose wish for a report is granted; nobody's but this node's own when left out. */
  readonly trusts?: (coordinator: NodeId) => boolean
  /** Which suspect exports to report; all when left out. The others count as roots. */
  readonly lists?: SuspectFilter
}

/** Makes the part of a collector that makes reports and judges them: `coordination`. */
export type MakeCoordination = (state: NodeState, options: CollectorOptions) => Coordination

export interface CollectorParts {
  readonly state: NodeState
  readonly links: Links
  readonly coordination: Coordination
}

export class CollectorCore {
  readonly #options: CollectorOptions
  readonly #state: NodeState
  readonly #links: Links
  readonly #reception: Reception
  /** Null until `complete`. */
  #coordination: Coordination | null = null
  #turn = 0

  constructor(options: CollectorOptions, rules: Rules = ALL_RULES) {
    this.#options = options
    const { node, incarnation, lease = DEFAULT_LEASE, codec = WIRE_CODEC, idsPerMessage = IDS_PER_MESSAGE } = options
    const times = leaseTimes(lease, MAX_GIFT_DEPTH, rules)
    const address = { node, incarnation }
    this.#state = new NodeState({ address, times, codec, idsPerMessage, giftTokens: options.giftTokens }, rules)
    this.#links = new Links(this.#state, {
      limits: options.limits,
      reportPartBytes: options.reportPartBytes ?? REPORT_PART_BYTES,
      onMessage: (from, message, sequence) => this.#reception.receive(from, message, sequence),
      onReportSent: (remote) => this.#coordination?.reportSent(remote),
    })
    this.#reception = new Reception(this.#state, () => this.#coordination, options.trusts)
  }

  /** Adds the part that makes reports and judges them. Nothing if it is there. O(1). */
  complete(make: MakeCoordination): void {
    this.#coordination ??= make(this.#state, this.#options)
  }

  get address(): NodeAddress {
    return this.#state.address
  }

  /** O(imports + remotes). */
  get tables(): TableSizes {
    return tableSizes(this.#state)
  }

  /** Counts since the start. */
  get counts(): Readonly<CollectorCounts> {
    return this.#state.counts
  }

  /** Objects that others hold: roots of a local collection. */
  get exports(): Iterable<ObjectKey> {
    return this.#state.exports.objects()
  }

  /** Whether others hold an object. O(1). */
  isExported(object: ObjectKey): boolean {
    return this.#state.exports.exportOf(object) !== undefined
  }

  /** Whether an unacknowledged gift pins an import. O(1). */
  isPinned(id: ImportId): boolean {
    return this.#state.rules.on('unacked-gifts-are-roots') && this.#state.gifts.isPinned(id)
  }

  /** Imports that an unacknowledged gift pins: roots of a local collection and of a trace. */
  get pinned(): Iterable<ImportId> {
    return this.#state.rules.on('unacked-gifts-are-roots') ? this.#state.gifts.pinned() : []
  }

  /** Whether there is a session with a node. */
  isConnected(node: NodeId): boolean {
    const remote = this.#state.remotes.findPeer(node)?.remote ?? null
    return remote !== null && this.#state.isOpen(remote)
  }

  /** Which node an import's object lives on. @throws UsageError `no-such-import` */
  ownerOf(id: ImportId): NodeAddress {
    return ownerOf(this.#state, id)
  }

  /** What is known of an object of this node that others hold; null when nobody does. O(nodes that hold anything). */
  describeExport(object: ObjectKey): ExportView | null {
    return describeExport(this.#state, object)
  }

  /** What is known of an import. O(1). @throws UsageError `no-such-import` */
  describeImport(id: ImportId): ImportView {
    return describeImport(this.#state, id)
  }

  /** The nodes that hold an object of this node. O(holders). */
  referrersOf(object: ObjectKey): NodeAddress[] {
    const { exports, remotes } = this.#state
    const id = exports.exportOf(object)
    return id === undefined ? [] : exports.holdersOf(id).map((index) => remotes.at(index).address)
  }

  /** The open sessions. O(peers). */
  sessions(): SessionProgress[] {
    return openSessions(this.#state)
  }

  /** The session with a node; null without one. O(1). */
  sessionWith(node: NodeId): SessionView | null {
    return sessionWith(this.#state, node)
  }

  /** When this node's view of the session with a node is over, unless something renews it; null without a session. O(1). */
  leaseEndOf(node: NodeId): Instant | null {
    return leaseEndOf(this.#state, node)
  }

  /** My last message to a node in the open session; 0 without one. O(1). */
  sentTo(node: NodeId): Sequence {
    return sentTo(this.#state, node)
  }

  /** What a node has acknowledged of my messages in the open session; 0 without one. O(1). */
  acknowledgedBy(node: NodeId): Sequence {
    return acknowledgedBy(this.#state, node)
  }

  /**
   * How many nodes and lifetimes of nodes this one knows: those with a link, a session, or something held either way; and of how many
   * lifetimes, and pairs of one that gave and one that was given, it remembers which gifts were claimed. O(lifetimes).
   */
  get acquaintances(): { readonly peers: number; readonly lifetimes: number; readonly gifters: number } {
    const { claimedGifts, remotes } = this.#state
    return {
      peers: remotes.peerCount,
      lifetimes: remotes.all().length,
      gifters: claimedGifts.pairCount + claimedGifts.floorCount,
    }
  }

  /** When to step `deadline`; null for never. What is due may have moved to a later time since: then the step does nothing. O(1). */
  nextDeadline(): Instant | null {
    return this.#state.schedule.next
  }

  /** Which representative of an import is the current one: what to give along with a `drop` that may come late. */
  generationOf(id: ImportId): number {
    return this.#state.imports.generationOf(id)
  }

  /** An import has another representative, since the last is gone and its drop still to come. @returns the generation of the new one */
  rebind(id: ImportId): number {
    return this.#state.imports.rebind(id)
  }

  /** Whether a round that this node coordinates waits for reports. */
  get isInRound(): boolean {
    return this.#coordination?.isInRound ?? false
  }

  /** What `Collector` makes an image of, and where it puts one. */
  protected get parts(): CollectorParts {
    return { state: this.#state, links: this.#links, coordination: this.#completed() }
  }

  /** Leave to report on a trace that is made now. The next step voids it. */
  beginReport(): ReportTicket {
    return { turn: this.#turn }
  }

  /**
   * One turn. @throws UsageError, LimitError: the event was wrong, nothing was changed; InvariantError: a bug of ours
   */
  step(event: CollectorEvent, now: Instant): readonly CollectorEffect[] {
    this.#state.now = now
    this.#state.exports.at(now)
    this.#apply(event, now)
    const isHeld = (event.type === 'call' || event.type === 'return') && event.isHeld === true
    if (!isHeld) this.#links.appendParts()
    const { lost } = this.#state
    for (let node = lost.pop(); node !== undefined; node = lost.pop()) this.#coordination?.lost(node)
    this.#turn++
    this.#state.emitRequests()
    if (!isHeld) this.#links.flush(now)
    return this.#state.takeEffects()
  }

  #apply(event: CollectorEvent, now: Instant): void {
    switch (event.type) {
      case 'link-opened':
        this.#links.opened(event.peer, event.reliable, now)
        break
      case 'link-closed':
        this.#links.closed(event.peer, now)
        break
      case 'open-session':
        this.#links.openSession(event.peer, now)
        break
      case 'frame':
        // The effects of the frame before have been carried out.
        this.#state.imports.recycle()
        this.#links.receive(event.peer, event.frame, now)
        break
      case 'deadline':
        actOnDeadlines(this.#state)
        break
      case 'call':
      case 'return':
        send(this.#state, event)
        break
      case 'drop':
        dropImports(this.#state, event.imports, event.generations)
        break
      case 'report':
        this.#report(event)
        break
      case 'begin-round':
        this.#completed().begin(event.nodes)
        break
      case 'judge':
        this.#completed().judge()
        break
      case 'flush':
        break
      case 'revoke':
        revoke(this.#state, event.object, event.holder)
        break
      case 'end-session':
        endSession(this.#state, event)
        break
      case 'restarted':
        this.#coordination?.forgetAll()
        restarted(this.#state)
        break
      case 'checkpoint':
        this.#coordination?.forgetAll()
        break
    }
  }

  #report({ to, ticket, trace, weak = [] }: Extract<CollectorEvent, { type: 'report' }>): void {
    if (ticket.turn !== this.#turn && this.#state.rules.on('stamps-in-the-turn-of-the-trace')) {
      throw new UsageError('void-ticket', 'something happened since beginReport: trace again', { ...ticket })
    }
    this.#completed().report(to, trace, weak)
  }

  #completed(): Coordination {
    if (this.#coordination !== null) return this.#coordination
    throw new UsageError(
      'incomplete-collector',
      'reports and rounds need the part that makes them: complete() it first',
    )
  }
}
