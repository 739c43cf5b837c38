/**
 * All that a node's collector knows, and the few things that everything else is made of: append a message to a session,
 * emit an effect, end a session. The files beside this one hold one concern each and change nothing but this.
 */
import {
  after,
  type Duration,
  type HoldfastError,
  type ImportId,
  type Instant,
  instant,
  LimitError,
  type Message,
  type MessageCodec,
  type NodeAddress,
  type NodeId,
  type ObjectKey,
  ProtocolError,
  type Rules,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import type { LeaseTimes } from '@holdfast/lease'
import { ClaimedGifts, ExportTable, GiftTable, ImportTable } from '@holdfast/refcount'
import type { CollectorEffect, ReleaseReason } from './effect.js'
import { type GiftTokenOptions, GiftTokens } from './gift-tokens.js'
import { type Peer, type Remote, Remotes } from './remotes.js'
import { Schedule } from './schedule.js'
import { TouchedPeers } from './touched-peers.js'

/** Counts since the start, for metrics and tests. */
export interface CollectorCounts {
  messagesSent: number
  messagesReceived: number
  framesSent: number
  bytesSent: number
  dropsIgnored: number
  /** Acknowledgements of gifts that were not made to whoever claims them. */
  acksIgnored: number
  /** Claims of gifts that nobody has made, or that were claimed before. */
  claimsRefused: number
  verdictsApplied: number
  alarms: number
  /** Tables found to differ from what the holder had, and repaired. */
  repairs: number
}

const NO_EFFECTS: readonly CollectorEffect[] = []

export interface NodeStateOptions {
  readonly address: NodeAddress
  readonly times: LeaseTimes
  readonly codec: MessageCodec
  readonly idsPerMessage: number
  readonly giftTokens: GiftTokenOptions | undefined
}

export class NodeState {
  readonly address: NodeAddress
  readonly times: LeaseTimes
  readonly rules: Rules
  readonly codec: MessageCodec
  /** The most ids in a message, see `pieces`. */
  readonly idsPerMessage: number
  readonly exports: ExportTable
  readonly imports: ImportTable
  readonly gifts = new GiftTable()
  readonly tokens: GiftTokens
  /** Gifts of this node's objects that were claimed. */
  readonly claimedGifts = new ClaimedGifts()
  readonly remotes = new Remotes()
  readonly schedule: Schedule
  readonly counts: CollectorCounts = {
    messagesSent: 0,
    messagesReceived: 0,
    framesSent: 0,
    bytesSent: 0,
    dropsIgnored: 0,
    acksIgnored: 0,
    claimsRefused: 0,
    verdictsApplied: 0,
    alarms: 0,
    repairs: 0,
  }
  /** The time of the turn. */
  now: Instant = instant(0)
  /** The owner clock: moves with every message processed and every session that ends. */
  clock = 0
  /** Nodes whose sessions ended and whom the coordinator's part has not been told of yet. */
  readonly lost: NodeId[] = []
  /** Peers that something happened to in this turn: their frames are written at its end. */
  readonly touched = new TouchedPeers()
  /** Null while there is none: most turns have one, and a list that grows from nothing makes room for many. */
  #effects: CollectorEffect[] | null = null
  readonly #requests: CollectorEffect[] = []

  constructor({ address, times, codec, idsPerMessage, giftTokens }: NodeStateOptions, rules: Rules) {
    this.address = address
    this.times = times
    this.codec = codec
    this.idsPerMessage = idsPerMessage
    this.rules = rules
    this.tokens = new GiftTokens(address, giftTokens)
    this.exports = new ExportTable(rules)
    this.imports = new ImportTable(rules)
    this.schedule = new Schedule(this)
  }

  emit(effect: CollectorEffect): void {
    if (this.#effects === null) this.#effects = [effect]
    else this.#effects.push(effect)
  }

  /**
   * Emits what looks at the whole node: it comes after every other effect of the turn, when all that arrived in the turn
   * is in the driver's heap. A report or a collection before that would take a reference that has just come for one that nobody holds.
   */
  request(effect: CollectorEffect): void {
    this.#requests.push(effect)
  }

  /** Nobody holds these objects any more. */
  released(by: ReleaseReason, objects: readonly ObjectKey[]): void {
    if (objects.length > 0) this.request({ type: 'released', by, objects })
  }

  /** Puts what was requested behind all that was emitted. */
  emitRequests(): void {
    if (this.#requests.length === 0) return
    for (const effect of this.#requests.splice(0)) this.emit(effect)
  }

  /** Hands out what the turn has emitted. */
  takeEffects(): readonly CollectorEffect[] {
    const effects = this.#effects ?? NO_EFFECTS
    this.#effects = null
    return effects
  }

  /** Whether an address is this node in this lifetime. */
  isSelf(address: NodeAddress): boolean {
    return address.node === this.address.node && address.incarnation === this.address.incarnation
  }

  /** Whether there will never be a session with a remote: a later lifetime of it is known, or it is another of this node itself. */
  isOver(remote: Remote): boolean {
    const { node, incarnation } = remote.address
    if (node === this.address.node) return true
    const latest = this.remotes.findPeer(node)?.channel?.peerIncarnation ?? null
    if (latest === null) return false
    return this.rules.on('incarnations-are-ordered') ? incarnation < latest : incarnation !== latest
  }

  /** Whether there is a session with a remote, as far as this node can still tell: its view of it is not over. */
  isOpen(remote: Remote): boolean {
    return remote.lease !== null && !remote.lease.isInDoubt && this.now < remote.lease.endsAt
  }

  /** The open session's other end. @throws UsageError `no-session` */
  openRemote(node: NodeId): Remote {
    const remote = this.remotes.findPeer(node)?.remote ?? null
    if (remote !== null && this.isOpen(remote)) return remote
    throw new UsageError('no-session', 'there is no session with this node yet', { node })
  }

  /** My last message to a remote in the open session, 0 without one. */
  sentTo(remote: Remote): Sequence {
    return remote.session === 0 ? 0 : this.#channel(remote).sent
  }

  /** Up to where a remote has acknowledged my messages in the open session. */
  acknowledgedBy(remote: Remote): Sequence {
    return remote.session === 0 ? 0 : this.#channel(remote).acknowledged
  }

  /**
   * Appends a message of the application to the turn's outbox.
   * @throws LimitError when it does not fit; nothing was changed
   */
  appendRefusable(remote: Remote, message: Message): Sequence {
    const sequence = this.#channel(remote).append(this.codec.encode(message))
    this.counts.messagesSent++
    this.touched.add(this.remotes.peer(remote.address.node))
    return sequence
  }

  /**
   * Appends a message of the protocol. It can't be refused: a drop that is not sent is a leak, so where it does not fit
   * the session ends, and with it all that the message would have told. Nor is anything told in a session that has ended so in this turn.
   * @returns 0 when the session ended
   */
  append(remote: Remote, message: Message): Sequence {
    if (remote.session === 0) return 0
    try {
      return this.appendRefusable(remote, message)
    } catch (error) {
      if (!(error instanceof LimitError)) throw error
      this.endSession(this.remotes.peer(remote.address.node), 'queue-full', error)
      return 0
    }
  }

  /** Asks the driver for a link to a node, or a session over the one there is; again after a while, as long as it is needed. */
  connect(peer: Peer): void {
    if (peer.connecting || peer.isRefused) return
    if (peer.remote !== null && peer.channel?.isLinked === true) return
    peer.connecting = true
    this.connectLater(peer)
    if (peer.channel?.state !== 'opening' || !peer.channel.isLinked) this.emit({ type: 'connect', peer: peer.node })
  }

  /** Asks for a link or a session after a while, if one is needed then; after twice the while the next time. */
  connectLater(peer: Peer): void {
    const { holderTerm, pingAfter } = this.times
    const wait: Duration = Math.max(peer.connectWait, pingAfter / 8)
    peer.connectAt = after(this.now, wait)
    peer.connectWait = Math.min(wait * 2, holderTerm)
    this.touched.add(peer)
  }

  /** A link or a session is lost. Not at once: one that ends as soon as it begins would be asked for without end. */
  connectAgain(peer: Peer): void {
    if (this.now >= after(peer.openedAt, this.times.pingAfter)) peer.connectWait = 0
    this.connectLater(peer)
  }

  /** This side ends its session with a peer. */
  endSession(peer: Peer, reason: string, error: HoldfastError | null): void {
    peer.channel?.end(reason)
    this.sessionEnded(peer, reason, error)
  }

  /**
   * A session is over, whoever ended it. What the remote held stays, in quarantine, and counts as live; what this node
   * held from it is held over for the reconcile of the next session, for as long. If a later lifetime has appeared, it breaks.
   */
  sessionEnded(peer: Peer, reason: string, error: HoldfastError | null): void {
    this.touched.add(peer)
    const { remote } = peer
    if (remote === null) return
    peer.remote = null
    peer.connecting = false
    remote.session = 0
    remote.lease = null
    remote.reconcilingSince = 0
    remote.hasGivenKey = false
    remote.outgoingReport = null
    this.lost.push(peer.node)
    if (this.rules.on('clock-moves-with-every-message')) this.clock++
    this.released('lease', this.exports.endSession(remote.index))
    this.imports.holdOver(remote.index)
    remote.expiresAt = after(this.now, this.times.quarantine)
    this.schedule.remote(remote)
    this.emit({ type: 'session-ended', peer: peer.node, reason, error: error?.toData() ?? null })
    if (this.isOver(remote)) this.abandon(remote)
    this.connectAgain(peer)
  }

  /** What this node holds from a remote breaks, and so does what it would still have asked it for. */
  abandon(remote: Remote): void {
    this.breakImports(this.imports.idsOf(remote.index))
    remote.waiting = []
    // With nothing to wait for it would never be looked at, and never be forgotten.
    if (remote.session === 0 && remote.expiresAt === null) this.schedule.forgetSoon(remote)
    else this.schedule.remote(remote)
  }

  /** Imports that refer to nothing any more leave the tables. @param why `refused` where nobody had given them to this node */
  breakImports(ids: readonly ImportId[], why: 'gone' | 'refused' = 'gone'): void {
    if (ids.length === 0) return
    for (const id of ids) {
      this.gifts.forget(id)
      // A handler may use it before it hears of this: until then the id must not name another.
      this.imports.retire(id)
    }
    this.emit(why === 'gone' ? { type: 'broken', imports: ids } : { type: 'broken', imports: ids, why })
  }

  #channel(remote: Remote): NonNullable<Peer['channel']> {
    const channel = this.remotes.findPeer(remote.address.node)?.channel ?? null
    if (channel === null) throw new ProtocolError('no-channel', 'a session without a channel', { ...remote.address })
    return channel
  }
}
