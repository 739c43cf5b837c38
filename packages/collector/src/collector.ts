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
  assert,
  decodeMessage,
  earlier,
  type ImportId,
  type Incarnation,
  type Instant,
  type Message,
  type NodeAddress,
  type NodeId,
  type ObjectKey,
  ProtocolError,
  type Rules,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import {
  Channel,
  type ChannelEvent,
  DEFAULT_LIMITS,
  LOSSLESS_TIMING,
  LOSSY_TIMING,
  OpeningCounter,
  type SessionLimits,
} from '@holdfast/session'
import type { VerdictOptions } from '@holdfast/tracing'
import { receive as receiveApplication, send, sendWaitingClaims } from './application-messages.js'
import { applyVerdict, Coordination } from './coordination.js'
import type { CollectorEffect } from './effect.js'
import type { CollectorEvent } from './event.js'
import { dropImports, receiveAddRef, receiveBroken, receiveDropRef, receiveGiftAck } from './listing-messages.js'
import { type CollectorCounts, NodeState } from './node-state.js'
import type { Peer, Remote } from './remotes.js'
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
  readonly #counter = new OpeningCounter()
  #turn = 0
  #reports = 0

  constructor(options: CollectorOptions, rules: Rules = ALL_RULES) {
    this.#options = options
    this.#state = new NodeState({ node: options.node, incarnation: options.incarnation }, rules)
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
    this.#flush(now, effects)
    return effects
  }

  #apply(event: CollectorEvent, now: Instant): void {
    switch (event.type) {
      case 'link-opened':
        this.#linkOpened(event.peer, event.reliable, now)
        break
      case 'link-closed':
        this.#state.remotes.peer(event.peer).channel?.linkClosed(now)
        break
      case 'open-session':
        this.#openSession(this.#state.remotes.peer(event.peer), now)
        break
      case 'frame':
        // The effects of the frame before have been carried out.
        this.#state.imports.recycle()
        this.#receive(this.#state.remotes.peer(event.peer), event.frame, now)
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

  #linkOpened(node: NodeId, reliable: boolean, now: Instant): void {
    const peer = this.#state.remotes.peer(node)
    peer.connecting = false
    peer.channel ??= new Channel({
      self: this.#state.address,
      peer: node,
      counter: this.#counter,
      limits: this.#options.limits ?? DEFAULT_LIMITS,
      timing: reliable ? LOSSLESS_TIMING : LOSSY_TIMING,
    })
    peer.channel.linkOpened(now)
  }

  #openSession({ channel }: Peer, now: Instant): void {
    if (channel?.state === 'closed') channel.open(now)
  }

  /** Takes a frame in. Whatever is wrong with it ends this peer's session and nothing else. */
  #receive(peer: Peer, frame: Uint8Array, now: Instant): void {
    if (peer.channel === null) throw new UsageError('no-link', 'a frame without an open link', { peer: peer.node })
    try {
      for (const event of peer.channel.receive(frame, now)) this.#channelEvent(peer, event)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#state.endSession(peer, error.code, error)
    }
  }

  #channelEvent(peer: Peer, event: ChannelEvent): void {
    switch (event.type) {
      case 'established':
        if (!event.resumed) this.#established(peer, event.incarnation, event.number)
        break
      case 'ended':
        this.#state.sessionEnded(peer, event.reason, null)
        break
      case 'message':
        // An earlier message of the same frame may have ended the session.
        if (peer.remote !== null) this.#message(peer.remote, decodeMessage(event.bytes), event.sequence)
        break
      case 'refused':
        break
    }
  }

  #established(peer: Peer, incarnation: Incarnation, number: number): void {
    const state = this.#state
    assert(peer.remote === null, 'a session ends before the next begins', { peer: peer.node })
    const remote = state.remotes.remote({ node: peer.node, incarnation })
    peer.remote = remote
    peer.connecting = false
    remote.session = number
    remote.received = 0
    for (const other of state.remotes.all()) {
      if (other.address.node === peer.node && state.isOver(other)) state.abandon(other)
    }
    sendWaitingClaims(state, remote)
    state.emit({ type: 'session-opened', peer: peer.node, incarnation })
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

  /** The end of the turn: one frame to each peer that something is due to, more only above the size limit. */
  #flush(now: Instant, effects: CollectorEffect[]): void {
    const { counts } = this.#state
    for (const peer of this.#state.remotes.peers()) {
      if (peer.channel === null) continue
      for (const frame of peer.channel.flush(now)) {
        counts.framesSent++
        counts.bytesSent += frame.length
        effects.push({ type: 'transmit', peer: peer.node, frame })
      }
    }
  }
}
