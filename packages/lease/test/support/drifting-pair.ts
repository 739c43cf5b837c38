/**
 * Two nodes with a session and a lease each, on clocks that run at changing rates within the bound, over a wire that loses, delays and
 * reorders frames. True time is known here alone; each node sees its own clock and nothing else.
 */
import { instant, type Sequence } from '@holdfast/core'
import { type LeaseTimes, SessionLease } from '../../src/index.js'

/** All unacknowledged messages at once, as a session sends them, and how far the other direction was received. */
interface Frame {
  readonly upTo: Sequence
  readonly received: Sequence
}

export class DriftingNode {
  readonly lease: SessionLease
  /** What this node's clock shows; where it began means nothing to the other. */
  clock: number
  /** True time at which this node's view was over: its lease ran out, or it ended the session. Null before. */
  overAt: number | null = null
  /** True time of the last sign of life of the other node. */
  heardAt: number
  /** Frames on their way to this node. */
  readonly inbox: Frame[] = []
  #sent: Sequence = 0
  #received: Sequence = 0

  /** @param now true time, in ms */
  constructor(times: LeaseTimes, clock: number, now: number) {
    this.lease = new SessionLease(times, instant(clock))
    this.clock = clock
    this.heardAt = now
  }

  /** Time passes; the view may be over within it. @param rate of the clock, 1 for a true one */
  pass(elapsed: number, rate: number, now: number): void {
    const left = Math.max(0, this.lease.endsAt - this.clock)
    if (this.overAt === null && left <= elapsed * rate) this.overAt = now + left / rate
    this.clock += elapsed * rate
  }

  /** A new message: the time is read before it is sent. */
  send(to: DriftingNode): void {
    if (this.overAt !== null) return
    this.lease.sent(++this.#sent, instant(this.clock))
    this.repeat(to)
  }

  /** All that is unacknowledged goes again, with an acknowledgement. */
  repeat(to: DriftingNode): void {
    if (this.overAt === null) to.inbox.push({ upTo: this.#sent, received: this.#received })
  }

  /** One of the frames on their way arrives; after the end of one's own view nothing is processed. */
  receive(pick: number, now: number): void {
    const [frame] = this.inbox.splice(pick % Math.max(1, this.inbox.length), 1)
    if (frame === undefined || this.overAt !== null) return
    const isNews = frame.upTo > this.#received
    this.#received = Math.max(this.#received, frame.upTo)
    if (this.#acknowledge(frame.received) || isNews) {
      this.lease.heard(instant(this.clock))
      this.heardAt = now
    }
  }

  /** Ends the session by its own decision. */
  end(now: number): void {
    this.overAt ??= now
  }

  #acknowledged: Sequence = 0

  #acknowledge(sequence: Sequence): boolean {
    if (sequence <= this.#acknowledged) return false
    this.#acknowledged = sequence
    this.lease.acknowledged(sequence)
    return true
  }
}
