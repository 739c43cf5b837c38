/**
 * The sessions of a node over its links: opens channels, takes frames in, tells what sessions begin and end, and writes the frames of
 * a turn. Whatever is wrong with a frame ends that peer's session and nothing else.
 */
import {
  assert,
  decodeMessage,
  type Incarnation,
  type Instant,
  type Message,
  type NodeId,
  ProtocolError,
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
import { sendWaitingClaims } from './application-messages.js'
import type { CollectorEffect } from './effect.js'
import type { NodeState } from './node-state.js'
import type { Peer, Remote } from './remotes.js'

/** Acts on one message, in its turn. @throws ProtocolError before anything is changed */
export type OnMessage = (from: Remote, message: Message, sequence: Sequence) => void

export class Links {
  readonly #state: NodeState
  readonly #limits: SessionLimits
  readonly #onMessage: OnMessage
  readonly #counter = new OpeningCounter()

  constructor(state: NodeState, limits: SessionLimits | undefined, onMessage: OnMessage) {
    this.#state = state
    this.#limits = limits ?? DEFAULT_LIMITS
    this.#onMessage = onMessage
  }

  opened(node: NodeId, reliable: boolean, now: Instant): void {
    const peer = this.#state.remotes.peer(node)
    peer.connecting = false
    peer.channel ??= new Channel({
      self: this.#state.address,
      peer: node,
      counter: this.#counter,
      limits: this.#limits,
      timing: reliable ? LOSSLESS_TIMING : LOSSY_TIMING,
    })
    peer.channel.linkOpened(now)
  }

  closed(node: NodeId, now: Instant): void {
    this.#state.remotes.peer(node).channel?.linkClosed(now)
  }

  /** Asks for a session over a link whose last one has ended. */
  openSession(node: NodeId, now: Instant): void {
    const { channel } = this.#state.remotes.peer(node)
    if (channel?.state === 'closed') channel.open(now)
  }

  /** Takes a frame in. @throws UsageError `no-link` */
  receive(node: NodeId, frame: Uint8Array, now: Instant): void {
    const peer = this.#state.remotes.peer(node)
    if (peer.channel === null) throw new UsageError('no-link', 'a frame without an open link', { peer: node })
    try {
      for (const event of peer.channel.receive(frame, now)) this.#channelEvent(peer, event)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#state.endSession(peer, error.code, error)
    }
  }

  /** The end of the turn: one frame to each peer that something is due to, more only above the size limit. O(peers). */
  flush(now: Instant, effects: CollectorEffect[]): void {
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
        if (peer.remote !== null) this.#onMessage(peer.remote, decodeMessage(event.bytes), event.sequence)
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
}
