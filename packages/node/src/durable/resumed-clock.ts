/** A clock that goes on from the time at which another process of the node stopped, as if none had passed since. */
import { type Instant, instant } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'

/** More than what a sum of two times in ms is rounded by. */
const ROUNDING_MS = 0.001

export class ResumedClock implements Clock {
  readonly #clock: Clock
  readonly #offset: number

  constructor(clock: Clock, from: number) {
    this.#clock = clock
    this.#offset = from - clock.now()
  }

  now(): Instant {
    return instant(this.#clock.now() + this.#offset)
  }

  schedule(at: Instant, action: () => void): () => void {
    const there = at - this.#offset
    // Not a little too early: whoever finds that nothing is due schedules it again, without end.
    return this.#clock.schedule(instant(there + this.#offset < at ? there + ROUNDING_MS : there), action)
  }
}
