/**
 * Timers in the order in which they are due; those due at the same instant in the order they were added. A binary heap
 * whose entries know their place, so that cancelling really removes: a timer that is set and cancelled for every frame
 * leaves nothing behind. Source: Williams 1964, "Algorithm 232: Heapsort".
 */
import type { Instant } from '@holdfast/core'

export interface Timer {
  readonly at: Instant
  readonly action: () => void
  /** Breaks ties: timers are numbered as they are added. */
  readonly sequence: number
  /** Its index in the heap; -1 once it is out. */
  place: number
}

export class TimerHeap {
  readonly #timers: Timer[] = []
  #added = 0

  get size(): number {
    return this.#timers.length
  }

  /** The timer that is due first. O(1). */
  get first(): Timer | null {
    return this.#timers[0] ?? null
  }

  /** O(log n). */
  add(at: Instant, action: () => void): Timer {
    const timer: Timer = { at, action, sequence: this.#added++, place: -1 }
    this.#rise(timer, this.#timers.length)
    return timer
  }

  /** Takes a timer out; nothing happens when it is out already. O(log n). */
  remove(timer: Timer): void {
    const hole = timer.place
    if (hole < 0) return
    timer.place = -1
    const last = this.#timers.pop() as Timer
    if (last === timer) return
    this.#sink(last, hole)
    this.#rise(last, last.place)
  }

  /** Moves the hole at `place` up until the timer may fill it. */
  #rise(timer: Timer, place: number): void {
    let hole = place
    while (hole > 0) {
      const parent = this.#timers[(hole - 1) >> 1]
      if (!isBefore(timer, parent)) break
      const up = parent.place
      this.#put(parent, hole)
      hole = up
    }
    this.#put(timer, hole)
  }

  /** Moves the hole at `place` down until the timer may fill it. */
  #sink(timer: Timer, place: number): void {
    const timers = this.#timers
    let hole = place
    for (;;) {
      const left = 2 * hole + 1
      if (left >= timers.length) break
      const right = left + 1
      const child = right < timers.length && isBefore(timers[right], timers[left]) ? right : left
      if (!isBefore(timers[child], timer)) break
      this.#put(timers[child], hole)
      hole = child
    }
    this.#put(timer, hole)
  }

  #put(timer: Timer, place: number): void {
    this.#timers[place] = timer
    timer.place = place
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
}
