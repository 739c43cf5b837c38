/**
 * One node's whole protocol: sessions, reference listing, gifts, reports, and the coordinator's part when this node is
 * asked to play it. Events in, effects out; no clock, no randomness, no I/O.
 *
 * Driver contract
 * - `step(event, now)` for everything that happens; carry out its effects, in order, before the next step. A frame's
 *   effects are applied to the local heap in the turn in which it arrived.
 * - Before `nextDeadline()` passes there is nothing to do unprompted; after it, poll the inbox, then step `deadline`.
 * - On `released`, collect the local heap soon, with `exports` and `pinned` as further roots; step `drop` with the imports
 *   that it found unreachable.
 * - On `report-wanted` or `bring-out-your-dead` (collect and drop first): `beginReport()`, trace, step `report`, with nothing
 *   in between.
 *
 * getters:  address, tables, counts, exports, pinned, isConnected, nextDeadline
 * inputs:   step; beginReport
 * outputs:  the effects of step
 *
 * Specification: docs/protocol.md.
 */
import {
  ALL_RULES,
  earlier,
  type ImportId,
  type Incarnation,
  type Instant,
  type Message,
  type NodeAddress,
  type NodeId,
  type ObjectKey,
  type Rules,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import type { SessionLimits } from '@holdfast/session'
import type { VerdictOptions } from '@holdfast/tracing'
import { receive as receiveApplication, send } from './application-messages.js'
import { applyVerdict, Coordination } from './coordination.js'
import type { CollectorEffect } from './effect.js'
import type { CollectorEvent } from './event.js'
import { Links } from './links.js'
import { dropImports, receiveAddRef, receiveBroken, receiveDropRef, receiveGiftAck } from './listing-messages.js'
import { type CollectorCounts, NodeState } from './node-state.js'
import type { Remote } from './remotes.js'
import { buildReport, type ReportTicket, type SuspectFilter } from './report-builder.js'

export interface CollectorOptions extends VerdictOptions {
  readonly node: NodeId
  /** Later than every earlier lifetime of this node. */
  readonly incarnation: Incarnation
  readonly limits?: SessionLimits
  /** Whose verdicts are applied and whose wish for a report is granted; nobody's but this node's own when left out. */
  readonly trusts?: (coordinator: NodeId) => boolean
  /** Which suspect exports to report; all when left out. The others count as roots. */
  readonly lists?: SuspectFilter
}

/** How far an open session has come: equal to the other end's numbers, crosswise, when nothing is under way. */
export interface SessionProgress {
  readonly peer: NodeId
  /** My last message, and the peer's last that was processed. */
  readonly sent: Sequence
  readonly received: Sequence
}

/** How many entries a node's tables have. */
export interface TableSizes {
  readonly exports: number
  readonly imports: number
  /** Imports pinned by unacknowledged gifts. */
  readonly pins: number
}

export class Collector {
  readonly #options: CollectorOptions
  readonly #state: NodeState
  readonly #coordination: Coordination
  readonly #links: Links
  #turn = 0
  #reports = 0

  constructor(options: CollectorOptions, rules: Rules = ALL_RULES) {
    this.#options = options
    this.#state = new NodeState({ node: options.node, incarnation: options.incarnation }, rules)
    this.#links = new Links(this.#state, options.limits, (...message) => this.#message(...message))
    this.#coordination = new Coordination(this.#state, { createGraph: options.createGraph })
  }

  get address(): NodeAddress {
    return this.#state.address
  }

  get tables(): TableSizes {
    const { exports, imports, gifts } = this.#state
    return { exports: exports.size, imports: imports.size, pins: gifts.pinnedCount }
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
    return this.#state.remotes.peer(node).remote !== null
  }

  /** Which node an import's object lives on. @throws UsageError `no-such-import` */
  ownerOf(id: ImportId): NodeAddress {
    const { imports, remotes } = this.#state
    if (!imports.has(id)) throw new UsageError('no-such-import', 'this node holds no such import', { import: id })
    return remotes.at(imports.ownerOf(id)).address
  }

  /** The nodes that hold an object of this node. O(holders). */
  referrersOf(object: ObjectKey): NodeAddress[] {
    const { exports, remotes } = this.#state
    const id = exports.exportOf(object)
    return id === undefined ? [] : exports.holdersOf(id).map((index) => remotes.at(index).address)
  }

  /** The open sessions. O(peers). */
  sessions(): SessionProgress[] {
    const open: SessionProgress[] = []
    for (const { node, remote } of this.#state.remotes.peers()) {
      if (remote !== null) open.push({ peer: node, sent: this.#state.sentTo(remote), received: remote.received })
    }
    return open
  }

  /** When `deadline` is due; null for never. O(peers). */
  nextDeadline(): Instant | null {
    let deadline: Instant | null = null
    for (const { channel } of this.#state.remotes.peers()) {
      if (channel !== null) deadline = earlier(deadline, channel.nextDeadline())
    }
    return deadline
  }

  /** Leave to report on a trace that is made now. The next step voids it. */
  beginReport(): ReportTicket {
    return { turn: this.#turn }
  }

  /**
   * One turn. @throws UsageError, LimitError: the event was wrong, nothing was changed; InvariantError: a bug of ours
   */
  step(event: CollectorEvent, now: Instant): readonly CollectorEffect[] {
    this.#apply(event, now)
    const { lost } = this.#state
    for (let node = lost.pop(); node !== undefined; node = lost.pop()) this.#coordination.lost(node)
    this.#turn++
    const effects = this.#state.takeEffects()
    this.#links.flush(now, effects)
    return effects
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
        break
      case 'call':
      case 'return':
        send(this.#state, event)
        break
      case 'drop':
        dropImports(this.#state, event.imports)
        break
      case 'report':
        this.#report(event)
        break
      case 'begin-round':
        this.#coordination.begin(event.nodes)
        break
      case 'judge':
        this.#coordination.judge()
        break
    }
  }

  #report({ to, ticket, trace }: Extract<CollectorEvent, { type: 'report' }>): void {
    const state = this.#state
    if (ticket.turn !== this.#turn && state.rules.on('stamps-in-the-turn-of-the-trace')) {
      throw new UsageError('void-ticket', 'something happened since beginReport: trace again', { ...ticket })
    }
    if (to !== state.address.node) state.openRemote(to)
    const report = buildReport(
      {
        address: state.address,
        number: ++this.#reports,
        clock: state.clock,
        exports: state.exports,
        imports: state.imports,
        remotes: state.remotes.all(),
        sentTo: (remote) => state.sentTo(remote),
        lists: this.#options.lists,
        rules: state.rules,
      },
      trace,
    )
    this.#coordination.report(to, report)
  }

  #message(from: Remote, message: Message, sequence: Sequence): void {
    const state = this.#state
    from.received = sequence
    state.clock++
    state.counts.messagesReceived++
    switch (message.type) {
      case 'call':
      case 'return':
        receiveApplication(state, from, message)
        break
      case 'dgc:addRef':
        receiveAddRef(state, from, message)
        break
      case 'dgc:giftAck':
        receiveGiftAck(state, from, message)
        break
      case 'dgc:dropRef':
        receiveDropRef(state, from, message)
        break
      case 'dgc:broken':
        receiveBroken(state, from, message)
        break
      case 'dgc:report':
        this.#coordination.receive(from, message)
        break
      case 'dgc:askReport':
        if (this.#trusts(from)) state.request({ type: 'report-wanted', by: from.address.node })
        break
      case 'dgc:bringOutYourDead':
        if (this.#trusts(from)) state.request({ type: 'bring-out-your-dead', by: from.address.node })
        break
      case 'dgc:collect':
        if (this.#trusts(from)) applyVerdict(state, from.address.node, message)
        break
    }
  }

  #trusts(coordinator: Remote): boolean {
    const { node } = coordinator.address
    if (this.#options.trusts?.(node) === true) return true
    this.#state.emit({ type: 'untrusted', peer: node })
    return false
  }
}
