/** What is under way in a world: each event takes equally long, so they arrive in the order in which they were sent. */
import type { CollectorEvent } from '@holdfast/collector'
import type { Instant } from '@holdfast/core'
import type { ScaleNode } from './scale-node.js'

/** An event on its way to a node. */
export interface Arrival {
  readonly at: Instant
  readonly to: ScaleNode
  readonly event: CollectorEvent
}

/** The array is cut when so many of its first places, and most of it, are used up. */
const MIN_CUT = 4096

/** First in, first out. All operations are amortized O(1). */
export class EventQueue {
  #arrivals: (Arrival | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#arrivals.length - this.#head
  }

  /** When the next arrives; null when nothing is under way. */
  get nextAt(): Instant | null {
    return this.#arrivals[this.#head]?.at ?? null
  }

  push(arrival: Arrival): void {
    this.#arrivals.push(arrival)
  }

  take(): Arrival | undefined {
    const arrival = this.#arrivals[this.#head]
    if (arrival === undefined) return undefined
    this.#arrivals[this.#head++] = undefined
    if (this.#head >= MIN_CUT && this.#head * 2 > this.#arrivals.length) {
      this.#arrivals = this.#arrivals.slice(this.#head)
      this.#head = 0
    }
    return arrival
  }
}
