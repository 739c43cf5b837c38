/** A node's own monotonic clock: it began somewhere, and runs a little fast or slow. Nobody else can read it. */
import { type Instant, instant } from '@holdfast/core'

export class NodeClock {
  #offset: number
  readonly #rate: number
  /** What it has shown: it never shows less. */
  #shown = Number.NEGATIVE_INFINITY

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
    return instant(Math.max(this.#shown, this.#offset + trueTime * this.#rate))
  }

  /** Leaps ahead by so many ms of its own, or stands still for so many: what no drift explains. */
  jump(trueTime: number, ms: number): void {
    this.#shown = this.at(trueTime)
    this.#offset += ms
  }

  /** Has stood still from one true time to another. */
  standStill(from: number, to: number): void {
    this.#shown = this.at(from)
    this.#offset -= (to - from) * this.#rate
  }

  /** The first true time at which it shows an instant or more; never earlier than it should be by rounding. */
  whenShows(at: Instant): number {
    const time = (at - this.#offset) / this.#rate
    return this.at(time) >= at ? time : time + ROUNDING
  }
}

/** More than the rounding of a double below 10^9 ms. */
const ROUNDING = 1e-6
