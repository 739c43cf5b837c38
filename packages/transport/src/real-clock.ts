/**
 * The time of this process: `performance.now`, `setTimeout`, and `setImmediate` where there is one, for what is due already: a timer takes a
 * millisecond at least. Monotonic, so it is no time of day, and it may stand
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
  /** Takes the platform's timer back; null while nothing is scheduled. */
  #unset: (() => void) | null = null
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
    const run = (): void => this.#runDue()
    if (delay === 0 && typeof setImmediate === 'function') {
      // Never `unref`: the loop would go to sleep in front of it. It keeps the process alive for one turn of the loop.
      const handle = setImmediate(run)
      this.#unset = () => clearImmediate(handle)
    } else {
      const handle = setTimeout(run, delay)
      this.#unset = () => clearTimeout(handle)
      if (!this.#keepAlive) unref(handle)
    }
  }

  #disarm(): void {
    this.#unset?.()
    this.#unset = null
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
