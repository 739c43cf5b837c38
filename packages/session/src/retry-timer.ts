import { after, type Duration, type Instant } from '@holdfast/core'
import type { SessionTiming } from './limits.js'

export type RetryTimerImage = ReturnType<RetryTimer['image']>

/** When to try again: waits double with every attempt up to a cap; on a link that loses nothing an attempt is enough. */
export class RetryTimer {
  readonly #first: Duration | null
  readonly #longest: Duration
  #wait: Duration
  #deadline: Instant | null = null

  constructor(timing: SessionTiming) {
    this.#first = timing.retransmitAfter
    this.#longest = timing.maxRetransmitAfter
    this.#wait = this.#first ?? 0
  }

  get deadline(): Instant | null {
    return this.#deadline
  }

  due(now: Instant): boolean {
    return this.#deadline !== null && this.#deadline <= now
  }

  /** Makes an attempt due at once; the waits start anew. */
  trip(now: Instant): void {
    this.clear()
    this.#deadline = now
  }

  /** An attempt was made: the next is due after the wait, and the wait after that is twice as long. */
  attempted(now: Instant): void {
    this.#deadline = this.#first === null ? null : after(now, this.#wait)
    this.#wait = Math.min(this.#wait * 2, this.#longest)
  }

  /** Nothing is awaited any more; the waits start anew. */
  clear(): void {
    this.#deadline = null
    this.#wait = this.#first ?? 0
  }

  image(): readonly [wait: Duration, deadline: Instant | null] {
    return [this.#wait, this.#deadline]
  }

  restore(image: RetryTimerImage): void {
    ;[this.#wait, this.#deadline] = image
  }
}
