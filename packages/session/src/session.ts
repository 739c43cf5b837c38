/**
 * One established session: records out, records in, acknowledgements, and when to repeat.
 * Driver contract: `flush` is called while the link is open and both ends have confirmed the session on it; `pause` when it closes.
 */
import { after, earlier, type Incarnation, type Instant, type Sequence } from '@holdfast/core'
import { decodeAck, decodeData, encodeAck, encodeData } from './data-frame.js'
import { FRAME_KIND, type OpenedFrame } from './frame.js'
import { type Delivery, Inbox, type InboxImage } from './inbox.js'
import type { SessionLimits, SessionTiming } from './limits.js'
import { Outbox, type OutboxImage } from './outbox.js'
import { RetryTimer, type RetryTimerImage } from './retry-timer.js'

/** So many equal acknowledgements mean that a frame was lost (RFC 5681, section 3.2). */
const REPEATED_ACKS = 3

/** What tells one session from every other. */
export interface SessionIdentity {
  readonly number: number
  /** The peer's. */
  readonly incarnation: Incarnation
  /** On every frame that goes out. */
  readonly outTag: number
  /** On every frame that comes in. */
  readonly inTag: number
  /** On this side's hello that asked, or would have asked, for the session. */
  readonly helloTag: number
}

export interface SessionOptions {
  readonly identity: SessionIdentity
  readonly limits: SessionLimits
  readonly timing: SessionTiming
}

export type SessionImage = readonly [
  identity: SessionIdentity,
  outbox: OutboxImage,
  inbox: InboxImage,
  retry: RetryTimerImage,
  repeatedAcks: number,
  ackAt: Instant | null,
  unacknowledgedBytes: number,
]

export class Session {
  readonly identity: SessionIdentity
  readonly #limits: SessionLimits
  readonly #timing: SessionTiming
  readonly #outbox: Outbox
  readonly #inbox: Inbox
  readonly #retry: RetryTimer
  #repeatedAcks = 0
  /** When an acknowledgement goes alone if no frame has taken it along. */
  #ackAt: Instant | null = null
  /** Received in order and not yet acknowledged, see `recordCost`. */
  #unacknowledgedBytes = 0

  constructor({ identity, limits, timing }: SessionOptions) {
    this.identity = identity
    this.#limits = limits
    this.#timing = timing
    this.#outbox = new Outbox(limits)
    this.#inbox = new Inbox(limits)
    this.#retry = new RetryTimer(timing)
  }

  get sent(): Sequence {
    return this.#outbox.sent
  }

  get received(): Sequence {
    return this.#inbox.received
  }

  get acknowledged(): Sequence {
    return this.#outbox.acknowledged
  }

  /** What waits for an acknowledgement, see `recordCost`. */
  get unackedBytes(): number {
    return this.#outbox.unackedBytes
  }

  /** What came too early and is kept, see `recordCost`. */
  get earlyBytes(): number {
    return this.#inbox.earlyBytes
  }

  nextDeadline(): Instant | null {
    return earlier(this.#retry.deadline, this.#ackAt)
  }

  /** @throws LimitError `message-too-large`, `unacked-bytes` */
  append(message: Uint8Array): Sequence {
    return this.#outbox.append(message)
  }

  /** @throws ProtocolError `bad-ack` for what was never sent */
  checkAcknowledgement(sequence: Sequence): void {
    this.#outbox.checkAcknowledgement(sequence)
  }

  /** Takes in a `data` or `ack` frame of this session, whole or not at all. @throws ProtocolError */
  receive({ kind, body }: OpenedFrame, frameBytes: number, now: Instant): readonly Delivery[] {
    if (kind === FRAME_KIND.ack) {
      this.#acknowledgedAlone(decodeAck(body), now)
      return []
    }
    const data = decodeData(body)
    this.#outbox.checkAcknowledgement(data.acknowledged)
    const arrival = this.#inbox.accept(data, frameBytes)
    this.acknowledge(data.acknowledged, now)
    this.#unacknowledgedBytes += arrival.freshBytes
    const urgent = arrival.irregular || this.#unacknowledgedBytes * 2 > this.#limits.windowBytes
    const ackAt = urgent ? now : after(now, this.#timing.ackDelay)
    this.#ackAt = earlier(this.#ackAt, ackAt)
    return arrival.deliveries
  }

  /** The peer has every record up to this. @returns whether that was news @throws ProtocolError `bad-ack` */
  acknowledge(sequence: Sequence, now: Instant): boolean {
    if (!this.#outbox.acknowledge(sequence)) return false
    this.#repeatedAcks = 0
    this.#retry.clear()
    if (this.#outbox.awaiting) this.#retry.attempted(now)
    return true
  }

  #acknowledgedAlone(sequence: Sequence, now: Instant): void {
    if (this.acknowledge(sequence, now) || !this.#outbox.awaiting) return
    if (sequence < this.#outbox.acknowledged || this.#timing.retransmitAfter === null) return
    if (++this.#repeatedAcks === REPEATED_ACKS) this.#outbox.rewind(true)
  }

  /** The link is closed: nothing is due. */
  pause(): void {
    this.#retry.clear()
    this.#ackAt = null
  }

  /** The link is another, and both ends have told what they received: everything else goes again. */
  resume(): void {
    this.#outbox.rewind(false)
    this.#retry.clear()
    this.#repeatedAcks = 0
  }

  /** An acknowledgement of everything received is on its way, in some frame. */
  acknowledging(): Sequence {
    this.#ackAt = null
    this.#unacknowledgedBytes = 0
    return this.#inbox.received
  }

  /** Adds what is to be sent now: new records, repeated ones that are due, an acknowledgement that is due. */
  flush(now: Instant, frames: Uint8Array[]): void {
    const timedOut = this.#retry.due(now)
    if (timedOut) this.#outbox.rewind(true)
    let wrote = false
    for (let run = this.#outbox.take(); run !== null; run = this.#outbox.take()) {
      frames.push(encodeData(this.identity.outTag, run, this.acknowledging()))
      wrote = true
    }
    if (timedOut || (wrote && this.#retry.deadline === null)) this.#retry.attempted(now)
    if (this.#ackAt !== null && this.#ackAt <= now) frames.push(encodeAck(this.identity.outTag, this.acknowledging()))
  }

  image(): SessionImage {
    const machines = [this.#outbox.image(), this.#inbox.image(), this.#retry.image()] as const
    return [this.identity, ...machines, this.#repeatedAcks, this.#ackAt, this.#unacknowledgedBytes]
  }

  restore([, outbox, inbox, retry, ...rest]: SessionImage): void {
    this.#outbox.restore(outbox)
    this.#inbox.restore(inbox)
    this.#retry.restore(retry)
    ;[this.#repeatedAcks, this.#ackAt, this.#unacknowledgedBytes] = rest
  }
}
