/**
 * All that a node's collector knows, and the few things that everything else is made of: append a message to a session,
 * emit an effect, end a session. The files beside this one hold one concern each and change nothing but this.
 */
import {
  encodeMessage,
  type HoldfastError,
  type ImportId,
  LimitError,
  type Message,
  type NodeAddress,
  type NodeId,
  ProtocolError,
  type Rules,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import { ExportTable, GiftTable, ImportTable } from '@holdfast/refcount'
import type { CollectorEffect } from './effect.js'
import { type Peer, type Remote, Remotes } from './remotes.js'

/** Counts since the start, for metrics and tests. */
export interface CollectorCounts {
  messagesSent: number
  messagesReceived: number
  framesSent: number
  bytesSent: number
  dropsIgnored: number
  verdictsApplied: number
  alarms: number
}

export class NodeState {
  readonly address: NodeAddress
  readonly rules: Rules
  readonly exports: ExportTable
  readonly imports: ImportTable
  readonly gifts = new GiftTable()
  readonly remotes = new Remotes()
  readonly counts: CollectorCounts = {
    messagesSent: 0,
    messagesReceived: 0,
    framesSent: 0,
    bytesSent: 0,
    dropsIgnored: 0,
    verdictsApplied: 0,
    alarms: 0,
  }
  /** The owner clock: moves with every message processed and every session that ends. */
  clock = 0
  /** Nodes whose sessions ended and whom the coordinator's part has not been told of yet. */
  readonly lost: NodeId[] = []
  #effects: CollectorEffect[] = []
  #requests: CollectorEffect[] = []

  constructor(address: NodeAddress, rules: Rules) {
    this.address = address
    this.rules = rules
    this.exports = new ExportTable(rules)
    this.imports = new ImportTable(rules)
  }

  emit(effect: CollectorEffect): void {
    this.#effects.push(effect)
  }

  /**
   * Emits what looks at the whole node: it comes after every other effect of the turn, when all that arrived in the turn
   * is in the driver's heap. A report or a collection before that would take a reference that has just come for one that nobody holds.
   */
  request(effect: CollectorEffect): void {
    this.#requests.push(effect)
  }

  /** Hands out what the turn has emitted. */
  takeEffects(): CollectorEffect[] {
    const effects = [...this.#effects, ...this.#requests]
    this.#effects = []
    this.#requests = []
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
    const latest = this.remotes.peer(node).channel?.peerIncarnation ?? null
    return latest !== null && incarnation < latest
  }

  /** The open session's other end. @throws UsageError `no-session` */
  openRemote(node: NodeId): Remote {
    const { remote } = this.remotes.peer(node)
    if (remote === null) throw new UsageError('no-session', 'there is no session with this node yet', { node })
    return remote
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
    const sequence = this.#channel(remote).append(encodeMessage(message))
    this.counts.messagesSent++
    return sequence
  }

  /**
   * Appends a message of the protocol. It can't be refused: a drop that is not sent is a leak, so where it does not fit
   * the session ends, and with it all that the message would have told.
   * @returns 0 when the session ended
   */
  append(remote: Remote, message: Message): Sequence {
    try {
      return this.appendRefusable(remote, message)
    } catch (error) {
      if (!(error instanceof LimitError)) throw error
      this.endSession(this.remotes.peer(remote.address.node), 'queue-full', error)
      return 0
    }
  }

  /** Asks the driver for a link to a node, or a session over the one there is, once. */
  connect(node: NodeId): void {
    const peer = this.remotes.peer(node)
    if (peer.remote !== null || peer.connecting) return
    peer.connecting = true
    if (peer.channel?.state !== 'opening') this.emit({ type: 'connect', peer: node })
  }

  /** This side ends its session with a peer. */
  endSession(peer: Peer, reason: string, error: HoldfastError | null): void {
    peer.channel?.end(reason)
    this.sessionEnded(peer, reason, error)
  }

  /**
   * A session is over, whoever ended it. What the remote held stays, in quarantine, and counts as live; what this node
   * held from it breaks: until the lease protocol can reconcile, an ended session is never resumed by another.
   */
  sessionEnded(peer: Peer, reason: string, error: HoldfastError | null): void {
    const { remote } = peer
    if (remote === null) return
    peer.remote = null
    peer.connecting = false
    remote.session = 0
    this.lost.push(peer.node)
    this.clock++
    this.exports.endSession(remote.index)
    this.emit({ type: 'session-ended', peer: peer.node, reason, error: error?.toData() ?? null })
    this.abandon(remote)
  }

  /** What this node holds from a remote breaks, and so does what it would still have asked it for. */
  abandon(remote: Remote): void {
    this.breakImports(this.imports.idsOf(remote.index))
    remote.waiting.length = 0
  }

  /** Imports that refer to nothing any more leave the tables. */
  breakImports(ids: readonly ImportId[]): void {
    if (ids.length === 0) return
    for (const id of ids) {
      this.gifts.forget(id)
      // A handler may use it before it hears of this: until then the id must not name another.
      this.imports.retire(id)
    }
    this.emit({ type: 'broken', imports: ids })
  }

  #channel(remote: Remote): NonNullable<Peer['channel']> {
    const { channel } = this.remotes.peer(remote.address.node)
    if (channel === null) throw new ProtocolError('no-channel', 'a session without a channel', { ...remote.address })
    return channel
  }
}
