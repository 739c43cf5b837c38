/**
 * The sessions of a node over its links: opens channels, takes frames in, tells what sessions begin and end, and writes the frames of
 * a turn. Whatever is wrong with a frame ends that peer's session and nothing else.
 */
import {
  assert,
  type Instant,
  type Message,
  type NodeId,
  ProtocolError,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import { SessionLease } from '@holdfast/lease'
import {
  Channel,
  type ChannelEvent,
  type ChannelImage,
  DEFAULT_LIMITS,
  LOSSLESS_TIMING,
  LOSSY_TIMING,
  OpeningCounter,
  type SessionLimits,
  type SessionTiming,
} from '@holdfast/session'
import { sendWaitingClaims } from './application-messages.js'
import { CLOSED, PEER_CLOSED } from './ended-session.js'
import { vouch } from './gift-proofs.js'
import { askAboutGifts, endIfOver, expireClaims, forgetPeerIfUnused } from './leases.js'
import type { NodeState } from './node-state.js'
import { sendReconcile } from './reconcile.js'
import type { Peer, Remote } from './remotes.js'
import { REPORT_PART_OVERHEAD, takePart } from './report-parts.js'

/** Acts on one message, in its turn. @throws ProtocolError before anything is changed */
export type OnMessage = (from: Remote, message: Message, sequence: Sequence) => void

export interface LinksOptions {
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits: SessionLimits | undefined
  /** The most bytes of a report in a turn. */
  readonly reportPartBytes: number
  readonly onMessage: OnMessage
  /** A report to a remote is all appended: another may follow. */
  readonly onReportSent: (remote: Remote) => void
}

type Ended = Extract<ChannelEvent, { type: 'ended' }>
type Established = Extract<ChannelEvent, { type: 'established' }>

export class Links {
  readonly #state: NodeState
  readonly #limits: SessionLimits
  readonly #onMessage: OnMessage
  readonly #onReportSent: (remote: Remote) => void
  readonly #counter = new OpeningCounter()
  /** How much of a session's queue may be in use for a part of a report to go behind it. */
  readonly #reportRoom: number
  readonly #reportPartBytes: number

  constructor(state: NodeState, { limits = DEFAULT_LIMITS, reportPartBytes, onMessage, onReportSent }: LinksOptions) {
    this.#state = state
    this.#limits = limits
    this.#onMessage = onMessage
    this.#onReportSent = onReportSent
    const { maxMessageBytes, maxUnackedBytes, windowBytes } = limits
    this.#reportRoom = Math.min(windowBytes, Math.floor(maxUnackedBytes / 4))
    const longest = Math.min(Math.floor(this.#reportRoom / 2), maxMessageBytes - REPORT_PART_OVERHEAD)
    this.#reportPartBytes = Math.max(1, Math.min(reportPartBytes, longest))
  }

  opened(node: NodeId, reliable: boolean, now: Instant): void {
    const { remotes, touched } = this.#state
    const peer = remotes.peer(node)
    touched.add(peer)
    peer.connecting = false
    peer.channel ??= this.#channelTo(node, reliable ? LOSSLESS_TIMING : LOSSY_TIMING)
    peer.channel.linkOpened(now)
  }

  closed(node: NodeId, now: Instant): void {
    const peer = this.#state.remotes.findPeer(node)
    if (peer === undefined) return
    this.#state.touched.add(peer)
    peer.channel?.linkClosed(now)
    peer.connecting = false
    this.#state.connectAgain(peer)
  }

  /** Asks for a session over a link whose last one has ended. */
  openSession(node: NodeId, now: Instant): void {
    const peer = this.#state.remotes.peer(node)
    this.#state.touched.add(peer)
    if (peer.channel?.state === 'closed') peer.channel.open(now)
  }

  /** Takes a frame in. @throws UsageError `no-link` */
  receive(node: NodeId, frame: Uint8Array, now: Instant): void {
    const peer = this.#state.remotes.findPeer(node)
    if (!peer?.channel) throw new UsageError('no-link', 'a frame without an open link', { peer: node })
    this.#state.touched.add(peer)
    endIfOver(this.#state, peer)
    const { channel } = peer
    const { received, acknowledged } = channel
    try {
      for (const event of channel.receive(frame, now)) this.#channelEvent(peer, event)
      const lease = peer.remote?.lease
      if (channel.acknowledged > acknowledged) lease?.acknowledged(channel.acknowledged)
      if (channel.acknowledged > acknowledged && peer.remote !== null) vouch(this.#state, peer.remote)
      if (channel.acknowledged > acknowledged || channel.received > received) lease?.heard(now)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#state.endSession(peer, error.code, error)
    }
  }

  /**
   * The end of the turn: one frame to each peer that something is due to, more only above the size limit. O(peers touched).
   */
  flush(now: Instant): void {
    const { touched } = this.#state
    for (let peer = touched.take(); peer !== null; peer = touched.take()) this.#flushPeer(peer, now)
  }

  #flushPeer(peer: Peer, now: Instant): void {
    const { counts, schedule } = this.#state
    const { channel } = peer
    if (channel !== null) {
      for (const frame of channel.flush(now)) {
        counts.framesSent++
        counts.bytesSent += frame.length
        this.#state.emit({ type: 'transmit', peer: peer.node, frame })
      }
    }
    const sent = channel?.sent ?? 0
    if (sent > peer.leasedSent) peer.remote?.lease?.sent(sent, now)
    peer.leasedSent = sent
    schedule.peer(peer)
    forgetPeerIfUnused(this.#state, peer)
  }

  /** Before the end of a turn: a part of the report to each peer that is touched, if there is one. O(peers touched). */
  appendParts(): void {
    const { touched } = this.#state
    for (let place = touched.first; place < touched.end; place++) {
      const peer = touched.at(place)
      peer.partAt = null
      if (peer.remote !== null && peer.remote.outgoingReport !== null) this.#appendPart(peer, peer.remote)
    }
  }

  /**
   * A part goes last, and the next at once, but in a turn of its own: whatever the program sends meanwhile is before it. While more is
   * unacknowledged than leaves room it waits, since an acknowledgement will come; and so it does without a link.
   */
  #appendPart(peer: Peer, remote: Remote): void {
    const { channel } = peer
    if (remote.outgoingReport === null || channel?.isLinked !== true || !this.#hasRoom(channel)) return
    const { part, rest } = takePart(remote.outgoingReport, this.#reportPartBytes)
    remote.outgoingReport = rest
    this.#state.append(remote, part)
    if (rest === null && remote.session > 0) this.#onReportSent(remote)
    if (remote.outgoingReport !== null && this.#hasRoom(channel)) peer.partAt = this.#state.now
  }

  #hasRoom({ unackedBytes }: Channel): boolean {
    return unackedBytes === 0 || unackedBytes + this.#reportPartBytes <= this.#reportRoom
  }

  /** The highest session number so far. */
  get openedCount(): number {
    return this.#counter.value
  }

  restoreCounter(value: number): void {
    this.#counter.see(value)
  }

  /** The channel that an image is of. */
  restoredChannel(node: NodeId, image: ChannelImage): Channel {
    const channel = this.#channelTo(node, image[0])
    channel.restore(image)
    return channel
  }

  #channelTo(peer: NodeId, timing: SessionTiming): Channel {
    const { address: self, rules } = this.#state
    return new Channel({ self, peer, counter: this.#counter, limits: this.#limits, timing }, rules)
  }

  #channelEvent(peer: Peer, event: ChannelEvent): void {
    switch (event.type) {
      case 'established':
        if (!event.resumed) this.#established(peer, event)
        else this.#resumed(peer)
        break
      case 'ended':
        this.#ended(peer, event)
        break
      case 'message':
        // An earlier message of the same frame may have ended the session.
        if (peer.remote !== null) {
          this.#onMessage(peer.remote, this.#state.codec.decode(event.bytes), event.sequence)
        }
        break
      case 'refused':
        this.#refused(peer)
        break
    }
  }

  /** The session goes on. For whoever drives this node since it restarted, it begins. */
  #resumed({ node, remote }: Peer): void {
    if (remote?.lease?.isInDoubt !== true) return
    remote.lease.confirmed()
    this.#state.emit({ type: 'session-opened', peer: node, incarnation: remote.address.incarnation })
  }

  #ended(peer: Peer, { reason, detail }: Ended): void {
    const { remote } = peer
    const isFarewell = detail === CLOSED
    this.#state.sessionEnded(peer, isFarewell ? PEER_CLOSED : reason, null)
    if (reason === 'older-incarnation') this.#refused(peer)
    // That lifetime of it is over, in its own words: there is nothing to wait for.
    if (isFarewell && remote !== null) this.#state.abandon(remote)
  }

  #refused(peer: Peer): void {
    peer.isRefused = true
    this.#state.emit({ type: 'refused', peer: peer.node })
  }

  #established(peer: Peer, { incarnation, number, since }: Established): void {
    const state = this.#state
    const { now, rules, times } = state
    assert(peer.remote === null, 'a session ends before the next begins', { peer: peer.node })
    const remote = state.remotes.remote({ node: peer.node, incarnation })
    peer.remote = remote
    peer.connecting = false
    peer.connectAt = null
    peer.isRefused = false
    peer.openedAt = now
    peer.leasedSent = 0
    remote.session = number
    remote.lease = new SessionLease(times, since)
    remote.received = 0
    remote.told = 0
    if (rules.on('reconnect-stops-quarantine')) remote.expiresAt = null
    // A node that slept may open a session before it looks at what is due.
    expireClaims(state, remote)
    state.schedule.remote(remote)
    for (const other of peer.remotes) if (state.isOver(other)) state.abandon(other)
    // What this node still holds first of all, then what it was given meanwhile, then all else.
    sendReconcile(state, remote, state.imports.heldOver(remote.index))
    if (remote.session > 0) sendWaitingClaims(state, remote)
    askAboutGifts(state, remote)
    if (remote.session > 0) state.emit({ type: 'session-opened', peer: peer.node, incarnation })
  }
}
