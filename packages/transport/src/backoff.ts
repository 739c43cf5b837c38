import type { Duration } from '@holdfast/core'

export interface BackoffOptions {
  /** The first wait, before chance shortens it. Default: 100 ms. */
  readonly first?: Duration | undefined
  /** No wait is longer. Default: 10,000 ms. */
  readonly longest?: Duration | undefined
  /** A number in [0, 1), another each time. */
  readonly random: () => number
}

/**
 * How long to wait before another attempt: twice as long each time, up to a cap, and each wait shortened by chance to
 * between half and the whole, so that those who lost the same server do not come back in the same instant.
 */
export class Backoff {
  readonly #longest: Duration
  readonly #random: () => number
  #wait: Duration

  constructor({ first = 100, longest = 10_000, random }: BackoffOptions) {
    this.#longest = longest
    this.#random = random
    this.#wait = first
  }

  /** The wait before the next attempt. */
  next(): Duration {
    const wait = Math.min(this.#wait, this.#longest)
    this.#wait = wait * 2
    return wait * (0.5 + this.#random() / 2)
  }
}
