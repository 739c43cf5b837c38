/**
 * How long a thread's event loop was held up, V8's own collections apart: a timer that ought to fire every millisecond says by how much
 * it was late.
 */
import { PerformanceObserver } from 'node:perf_hooks'

/** From and to, in ms since 1970, so that threads understand each other. */
export type Interval = readonly [from: number, to: number]

export interface Pauses {
  /** Each firing's lateness, in ms, less what V8 collected meanwhile. */
  readonly late: readonly number[]
  /** V8's collections. */
  readonly collections: readonly Interval[]
}

const EVERY_MS = 1

export class PauseWatch {
  readonly #gaps: Interval[] = []
  readonly #collections: Interval[] = []
  readonly #observer: PerformanceObserver
  #timer: ReturnType<typeof setTimeout>
  #firedAt = performance.now()

  constructor() {
    this.#observer = new PerformanceObserver((list) => this.#collected(list.getEntries()))
    this.#observer.observe({ entryTypes: ['gc'] })
    this.#timer = setTimeout(() => this.#fired(), EVERY_MS)
  }

  /** Ends the watch. */
  stop(): Pauses {
    clearTimeout(this.#timer)
    this.#fired()
    clearTimeout(this.#timer)
    this.#collected(this.#observer.takeRecords())
    this.#observer.disconnect()
    const late = this.#gaps.map((gap) => Math.max(0, gap[1] - gap[0] - EVERY_MS - overlapOf(gap, this.#collections)))
    return { late, collections: this.#collections }
  }

  #fired(): void {
    const now = performance.now()
    this.#gaps.push(sinceEpoch(this.#firedAt, now))
    this.#firedAt = now
    this.#timer = setTimeout(() => this.#fired(), EVERY_MS)
  }

  #collected(entries: readonly { startTime: number; duration: number }[]): void {
    for (const { startTime, duration } of entries) this.#collections.push(sinceEpoch(startTime, startTime + duration))
  }
}

export const sinceEpoch = (from: number, to: number): Interval => [
  performance.timeOrigin + from,
  performance.timeOrigin + to,
]

/** How much of an interval others cover, in ms. */
export function overlapOf([from, to]: Interval, others: readonly Interval[]): number {
  return others.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(to, end) - Math.max(from, start)), 0)
}
