/**
 * The time of this process: `performance.now` and `setTimeout`. Monotonic, so it is no time of day, and it may stand
 * still while the machine sleeps.
 *
 * All actions share one timer of the platform, armed for the earliest: separate ones fire in an order of their own when
 * their delays differ, or when one fires a little early and has to be set again.
 */
import { type Instant, instant, UsageError } from '@holdfast/core'
import type { Clock } from './clock.js'
import { TimerHeap } from './timer-heap.js'

/** A longer delay makes `setTimeout` fire at once: it counts in a signed 32-bit integer. */
const MAX_DELAY_MS = 0x7fffffff

export interface RealClockOptions {
  /** Whether a scheduled action keeps the process alive. Default: true. Browsers have no such notion. */
  readonly keepAlive?: boolean
}

export class RealClock implements Clock {
  readonly #keepAlive: boolean
  readonly #timers = new TimerHeap()
  /** The platform's timer; null while nothing is scheduled. */
  #handle: ReturnType<typeof setTimeout> | null = null
  /** While due actions run: what they schedule is armed for once, behind them. */
  #running = false

  constructor(options: RealClockOptions = {}) {
    this.#keepAlive = options.keepAlive ?? true
  }

  now(): Instant {
    return instant(performance.now())
  }

  /**
   * An instant that has passed counts as now. O(log n), as is cancelling.
   * @throws UsageError `not-an-instant` for NaN
   */
  schedule(at: Instant, action: () => void): () => void {
    if (Number.isNaN(at)) throw new UsageError('not-an-instant', 'an action needs an instant')
    const now = this.now()
    const timer = this.#timers.add(at > now ? at : now, action)
    if (this.#timers.first === timer) this.#arm()
    return () => {
      this.#timers.remove(timer)
      if (this.#timers.size === 0) this.#disarm()
    }
  }

  #arm(): void {
    if (this.#running) return
    this.#disarm()
    const first = this.#timers.first
    if (first === null) return
    // Rounded up: the platform cuts fractions off, and would wake us in vain.
    const delay = Math.min(Math.max(Math.ceil(first.at - this.now()), 0), MAX_DELAY_MS)
    this.#handle = setTimeout(() => this.#runDue(), delay)
    if (!this.#keepAlive) unref(this.#handle)
  }

  #disarm(): void {
    if (this.#handle !== null) clearTimeout(this.#handle)
    this.#handle = null
  }

  /** Nothing may be due yet: after a delay cut to the maximum, when the timer fires early, when the first was cancelled. */
  #runDue(): void {
    const now = this.now()
    this.#running = true
    try {
      for (let first = this.#timers.first; first !== null && first.at <= now; first = this.#timers.first) {
        this.#timers.remove(first)
        first.action()
      }
    } finally {
      this.#running = false
      this.#arm()
    }
  }
}

function unref(handle: unknown): void {
  if (typeof handle === 'object' && handle !== null) (handle as { unref?(): void }).unref?.()
}
