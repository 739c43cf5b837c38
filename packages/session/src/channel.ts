/**
 * Everything between this incarnation and one other node, up to messages in order and exactly once.
 *
 * Driver contract: `linkOpened` and `linkClosed` tell of the transport, `receive` takes each frame in (the channel owns its bytes
 * from then on), `flush` ends every turn and whenever `nextDeadline` has passed, after the inbox was polled; its frames go out in order,
 * and the link closed while frames are lost tells so by `linkClosed`. On ProtocolError the driver calls `end` or closes the link.
 * Inputs: linkOpened, linkClosed, receive. Commands: open, append, end. Output: flush, events. Queries: the rest.
 */
import {
  ALL_RULES,
  earlier,
  type Incarnation,
  type Instant,
  type NodeId,
  type Rules,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import {
  decodeBye,
  decodeHello,
  decodeSessionEnded,
  decodeWelcome,
  FRAME_KIND,
  MAX_REASON_LENGTH,
  openFrame,
} from './frame.js'
import { type Decision, type EndReason, Handshake, type HandshakeImage } from './handshake.js'
import type { Delivery } from './inbox.js'
import { checkLimits, checkTiming, type SessionLimits, type SessionTiming } from './limits.js'
import type { OpeningCounter } from './opening-counter.js'
import { Session, type SessionImage } from './session.js'

export interface ChannelOptions {
  readonly self: { readonly node: NodeId; readonly incarnation: Incarnation }
  readonly peer: NodeId
  /** One per incarnation of this node, shared by all its channels. */
  readonly counter: OpeningCounter
  readonly limits: SessionLimits
  readonly timing: SessionTiming
  /** The highest incarnation of the peer met before, if tables that depend on it were kept. */
  readonly lastSeen?: Incarnation
}

/** What the driver, or the machine above, is told; in the order in which it happened. */
export type ChannelEvent =
  /** A session is open: a new one, or `resumed` the same one on another link. */
  | {
      readonly type: 'established'
      readonly incarnation: Incarnation
      readonly number: number
      readonly resumed: boolean
      /** No later than this did the peer agree to a new session: when this side first asked for it, if it did. */
      readonly since: Instant
    }
  | Delivery
  /** An established session is over; what was not acknowledged may or may not have arrived. */
  | { readonly type: 'ended'; readonly number: number; readonly reason: EndReason; readonly detail: string }
  /** No session was open, and none will be: the peer knows a later incarnation of this node. */
  | { readonly type: 'refused'; readonly reason: 'older-incarnation' }

const NOTHING: readonly never[] = []

/** Of a `Channel`, see `image`. */
export type ChannelImage = readonly [
  timing: SessionTiming,
  handshake: HandshakeImage,
  isLinked: boolean,
  session: SessionImage | null,
  isResuming: boolean,
]

export type ChannelState = 'closed' | 'opening' | 'open'

export class Channel {
  readonly #options: ChannelOptions
  readonly #handshake: Handshake
  #linkOpen = false
  #session: Session | null = null
  /** The session is open, but the peer has not yet said so on this link: frames of it wait. */
  #resuming = false

  /** @throws UsageError `bad-limits`, `bad-timing`, `same-node` */
  constructor(options: ChannelOptions, rules: Rules = ALL_RULES) {
    checkLimits(options.limits)
    checkTiming(options.timing)
    const { self, peer, counter, timing } = options
    if (self.node === peer) throw new UsageError('same-node', 'a node has no channel with itself', { node: peer })
    this.#options = options
    this.#handshake = new Handshake({ self, peer, counter, timing, lastSeen: options.lastSeen ?? null }, rules)
  }

  get state(): ChannelState {
    if (this.#session !== null) return 'open'
    return this.#handshake.proposal === null ? 'closed' : 'opening'
  }

  /** Whether a link is up. */
  get isLinked(): boolean {
    return this.#linkOpen
  }

  /** Of the open session; null without one. */
  get number(): number | null {
    return this.#session?.identity.number ?? null
  }

  /** The highest incarnation of the peer met so far, session or not; null before the first contact. */
  get peerIncarnation(): Incarnation | null {
    return this.#handshake.lastSeen
  }

  /** The last sequence appended in this session; 0 without one. */
  get sent(): Sequence {
    return this.#session?.sent ?? 0
  }

  /** The last sequence received in order in this session; 0 without one. */
  get received(): Sequence {
    return this.#session?.received ?? 0
  }

  /** The last sequence of mine that the peer acknowledged in this session; 0 without one. */
  get acknowledged(): Sequence {
    return this.#session?.acknowledged ?? 0
  }

  /** What waits for an acknowledgement, counted as `limits.maxUnackedBytes` counts. */
  get unackedBytes(): number {
    return this.#session?.unackedBytes ?? 0
  }

  /** What came before its turn and is kept, counted as `limits.maxReorderedBytes` counts. */
  get reorderedBytes(): number {
    return this.#session?.earlyBytes ?? 0
  }

  /** When `flush` has something to do at the latest; null while nothing is due and while the link is closed. */
  nextDeadline(): Instant | null {
    if (!this.#linkOpen) return null
    const session = this.#session === null || this.#resuming ? null : this.#session.nextDeadline()
    return earlier(this.#handshake.deadline, session)
  }

  /** A link to the peer is up, perhaps in place of another: asks for a session, or to go on with the open one. */
  linkOpened(now: Instant): void {
    if (this.#linkOpen) this.linkClosed(now)
    this.#linkOpen = true
    if (this.#session === null) {
      this.#handshake.propose(now)
    } else {
      this.#resuming = true
      this.#handshake.askToResume(now)
    }
  }

  /** The link is down and what was under way on it is lost; a session stays, its frames wait. */
  linkClosed(_now: Instant): void {
    this.#linkOpen = false
    this.#handshake.pause()
    this.#session?.pause()
  }

  /** Asks for a session when there is none, for instance after one has ended; waits for a link if none is up. */
  open(now: Instant): void {
    if (this.#session === null && this.#linkOpen) this.#handshake.propose(now)
  }

  /**
   * Takes one frame in, whole or not at all; drops what is left over from a link that was closed. O(bytes).
   * @throws ProtocolError `frame-too-large`, `unsupported-version`, `malformed`, `wrong-peer`, `bad-number`, `bad-ack`,
   * `message-too-large`, `bad-id`; nothing was changed
   */
  receive(frame: Uint8Array, now: Instant): readonly ChannelEvent[] {
    if (!this.#linkOpen) return NOTHING
    const opened = openFrame(frame, this.#options.limits.maxFrameBytes)
    const { kind, tag, body } = opened
    const current = this.#session
    if (kind === FRAME_KIND.data || kind === FRAME_KIND.ack) {
      if (current !== null && tag === current.identity.inTag) return current.receive(opened, frame.length, now)
      this.#refuse(tag)
      return NOTHING
    }
    const events: ChannelEvent[] = []
    if (kind === FRAME_KIND.hello) {
      this.#act(this.#handshake.receiveHello(tag, decodeHello(body), current), now, events)
    } else if (kind === FRAME_KIND.welcome) {
      this.#act(this.#handshake.receiveWelcome(tag, decodeWelcome(body), current), now, events)
    } else if (kind === FRAME_KIND.sessionEnded) {
      const ended = decodeSessionEnded(body)
      this.#act(this.#handshake.receiveSessionEnded(tag, ended, { current, now }), now, events)
    } else {
      const detail = decodeBye(body)
      if (tag === current?.identity.inTag) this.#endSession('ended-by-peer', detail, events)
    }
    return events
  }

  /**
   * Copies a message to the turn's outbox; its bytes are the caller's own again when this returns. O(bytes).
   * @returns its stamp: the sequence of its last fragment
   * @throws UsageError `no-session`; LimitError `message-too-large`, `unacked-bytes`; nothing was changed
   */
  append(message: Uint8Array): Sequence {
    if (this.#session === null) {
      throw new UsageError('no-session', 'no session is open', { peer: this.#options.peer, state: this.state })
    }
    return this.#session.append(message)
  }

  /**
   * Ends the session by this side's own decision, or stops asking for one. The peer is told if the link is up.
   * @param reason for the peer's eyes, at most 64 characters
   * @throws UsageError `bad-reason`
   */
  end(reason: string): ChannelEvent[] {
    if (reason.length > MAX_REASON_LENGTH) {
      throw new UsageError('bad-reason', 'a reason has at most 64 characters', { length: reason.length })
    }
    const events: ChannelEvent[] = []
    if (this.#session === null) this.#handshake.settle()
    else {
      if (this.#linkOpen) this.#handshake.sayBye(this.#session.identity.outTag, reason)
      this.#endSession('ended-here', reason, events)
    }
    return events
  }

  /** What is to be sent now, in order: nothing while the link is closed, nor when there is nothing to say. O(bytes). */
  flush(now: Instant): readonly Uint8Array[] {
    if (!this.#linkOpen) return NOTHING
    const frames: Uint8Array[] = []
    this.#handshake.flush(now, this.#session, frames)
    if (this.#session !== null && !this.#resuming) this.#session.flush(now, frames)
    return frames.length === 0 ? NOTHING : frames
  }

  /** While a session is being opened its first frames may overtake the welcome: not ours yet, but not foreign either. */
  #refuse(tag: number): void {
    if (this.state !== 'opening') this.#handshake.refuseSession(tag)
  }

  #act(decision: Decision, now: Instant, events: ChannelEvent[]): void {
    if (decision.action === 'confirm') this.#confirm(decision, now, events)
    else if (decision.action === 'open') {
      if (this.#session !== null) this.#endSession(decision.replaces, '', events)
      const { identity } = decision
      const { limits, timing } = this.#options
      this.#session = new Session({ identity, limits, timing })
      const { incarnation, number } = identity
      const since = decision.askedAt ?? now
      events.push({ type: 'established', incarnation, number, resumed: false, since })
    } else if (decision.action === 'end') {
      this.#endSession(decision.reason, '', events)
      if (decision.reopen) this.open(now)
    } else if (decision.action === 'refused') {
      events.push({ type: 'refused', reason: 'older-incarnation' })
    }
  }

  #confirm(
    { received, again }: { readonly received: Sequence; readonly again: boolean },
    now: Instant,
    events: ChannelEvent[],
  ): void {
    const session = this.#session
    if (session === null) return
    session.acknowledge(received, now)
    if (this.#resuming || again) session.resume()
    if (!this.#resuming) return
    this.#resuming = false
    this.#handshake.settle()
    const { incarnation, number } = session.identity
    events.push({ type: 'established', incarnation, number, resumed: true, since: now })
  }

  #endSession(reason: EndReason, detail: string, events: ChannelEvent[]): void {
    if (this.#session === null) return
    events.push({ type: 'ended', number: this.#session.identity.number, reason, detail })
    this.#session = null
    this.#resuming = false
    this.#handshake.settle()
  }

  /** This channel as data. */
  image(): ChannelImage {
    const session = this.#session?.image() ?? null
    return [this.#options.timing, this.#handshake.image(), this.#linkOpen, session, this.#resuming]
  }

  /** Becomes the channel that an image is of. Only for a new one, with the image's timing. */
  restore(image: ChannelImage): void {
    const { limits, timing } = this.#options
    let session: SessionImage | null
    let handshake: HandshakeImage
    ;[, handshake, this.#linkOpen, session, this.#resuming] = image
    this.#handshake.restore(handshake)
    if (session === null) return
    this.#session = new Session({ identity: session[0], limits, timing })
    this.#session.restore(session)
  }
}
