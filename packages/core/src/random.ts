import { assert } from './assert.js'

/**
 * Seeded random numbers: xorshift32 (Marsaglia 2003, "Xorshift RNGs", section 3, the triple 13, 17, 5).
 * Small state, the same sequence everywhere; not for secrets. Small seeds draw small numbers at first: spread seeds that are
 * counted up (multiply by an odd constant near 2^32 / φ).
 */
export class Random {
  #state: number

  /** @param seed any integer; taken modulo 2^32, and 0 (the generator's fixed point) as 1 */
  constructor(seed: number) {
    this.#state = seed >>> 0 || 1
  }

  /** The next state, 1 to 2^32 - 1. */
  next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x >>> 0
    return this.#state
  }

  /** A number in [0, 1). */
  fraction(): number {
    return (this.next() - 1) / 4294967295
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    assert(bound >= 1, 'a bound is at least 1', { bound })
    return Math.floor(this.fraction() * bound)
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** A member of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]
  }
}
