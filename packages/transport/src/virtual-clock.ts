/**
 * Time that moves only when told to: a queue of events, each run at its own instant. Two runs that schedule the same
 * actions see the same instants in the same order, whatever the machine does.
 *
 * Driver contract: call `step`, `runUntilIdle` or `advanceTo` from outside, never from an action that the clock runs.
 */
import { type Instant, instant, LimitError, UsageError } from '@holdfast/core'
import type { Clock } from './clock.js'
import { TimerHeap } from './timer-heap.js'

const DEFAULT_STEP_LIMIT = 1_000_000

/** Bounds a run that might never end by itself. */
export interface RunOptions {
  /** The most events to run. Default: one million. */
  readonly limit?: number
}

export class VirtualClock implements Clock {
  readonly #timers = new TimerHeap()
  #now: Instant
  #running = false

  constructor(start: Instant = instant(0)) {
    this.#now = start
  }

  now(): Instant {
    return this.#now
  }

  /** How many events are still to come. */
  get pending(): number {
    return this.#timers.size
  }

  /** When the next event runs; null when none will. */
  get nextAt(): Instant | null {
    return this.#timers.first?.at ?? null
  }

  /**
   * An instant that has passed counts as now, so that the past cannot jump the queue. O(log n), as is cancelling.
   * @throws UsageError `not-an-instant` for NaN, which has no place in the order
   */
  schedule(at: Instant, action: () => void): () => void {
    if (Number.isNaN(at)) throw new UsageError('not-an-instant', 'an action needs an instant')
    const timer = this.#timers.add(at > this.#now ? at : this.#now, action)
    return () => this.#timers.remove(timer)
  }

  /**
   * Runs the next event, at its instant. What it throws comes through; the event is spent all the same.
   * @returns false when there was none
   * @throws UsageError `clock-running` when called from an action
   */
  step(): boolean {
    if (this.#running) throw new UsageError('clock-running', 'an action cannot run the clock that runs it')
    const timer = this.#timers.first
    if (timer === null) return false
    this.#timers.remove(timer)
    this.#now = timer.at
    this.#running = true
    try {
      timer.action()
    } finally {
      this.#running = false
    }
    return true
  }

  /**
   * Runs events until none is left.
   * @returns how many ran
   * @throws LimitError `step-limit` when more are left after `limit`; those stay scheduled
   */
  runUntilIdle(options: RunOptions = {}): number {
    return this.#run(instant(Number.POSITIVE_INFINITY), options)
  }

  /**
   * Runs what is due up to and including an instant, then makes it the present.
   * @returns how many ran
   * @throws UsageError `time-runs-forward` for an instant that has passed
   * @throws LimitError `step-limit` as in `runUntilIdle`
   */
  advanceTo(at: Instant, options: RunOptions = {}): number {
    if (!(at >= this.#now)) {
      throw new UsageError('time-runs-forward', 'the clock cannot be set back', { at, now: this.#now })
    }
    const ran = this.#run(at, options)
    this.#now = at
    return ran
  }

  #run(until: Instant, options: RunOptions): number {
    const limit = options.limit ?? DEFAULT_STEP_LIMIT
    let ran = 0
    for (let next = this.nextAt; next !== null && next <= until; next = this.nextAt) {
      if (ran === limit) {
        throw new LimitError('step-limit', 'events are left after the limit', { limit, pending: this.pending })
      }
      this.step()
      ran++
    }
    return ran
  }
}
