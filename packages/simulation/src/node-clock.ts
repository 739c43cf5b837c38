/** A node's own monotonic clock: it began somewhere, and runs a little fast or slow. Nobody else can read it. */
import { type Instant, instant } from '@holdfast/core'

export class NodeClock {
  readonly #offset: number
  readonly #rate: number

  /**
   * @param offset what it shows at true time 0, in ms
   * @param rate how many ms it counts in a true one
   */
  constructor(offset: number, rate: number) {
    this.#offset = offset
    this.#rate = rate
  }

  /** What it shows at a true time. */
  at(trueTime: number): Instant {
    return instant(this.#offset + trueTime * this.#rate)
  }

  /** The first true time at which it shows an instant or more; never earlier than it should be by rounding. */
  whenShows(at: Instant): number {
    const time = (at - this.#offset) / this.#rate
    return this.at(time) >= at ? time : time + ROUNDING
  }
}

/** More than the rounding of a double below 10^9 ms. */
const ROUNDING = 1e-6
