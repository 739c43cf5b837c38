/**
 * When something is due for which key: one structure for all the timers of a node. A deadline that moves to a later time, as that
 * of a lease does with every renewal, costs one write: it keeps its place until its old time has come.
 *
 * A binary heap in typed arrays over places that keys have been given; 28 bytes a key, at most twice that as it grows.
 */
import { fail, type Instant, instant } from '@holdfast/core'

const NONE = -1
const MIN_CAPACITY = 16

/** Of `Deadlines`, see `image`. */
export interface DeadlinesImage {
  readonly at: Float64Array
  readonly place: Int32Array
  readonly keys: Int32Array
  readonly times: Float64Array
  readonly size: number
}

export class Deadlines {
  /** By key: when it is due; NaN for never. */
  #at: Float64Array = new Float64Array(MIN_CAPACITY).fill(Number.NaN)
  /** By key: its place in the heap, or NONE. */
  #place = new Int32Array(MIN_CAPACITY).fill(NONE)
  /** The heap: keys, and the time by which each was placed, which is its deadline or earlier. */
  #keys = new Int32Array(MIN_CAPACITY)
  #times = new Float64Array(MIN_CAPACITY)
  #size = 0

  /** How many keys have a place; some may have been cleared since. */
  get size(): number {
    return this.#size
  }

  /** When to look at `due` next: a deadline, or the old time of one that has moved. Null for never. O(1). */
  get next(): Instant | null {
    return this.#size === 0 ? null : instant(this.#times[0])
  }

  /** When a key is due; null for never. O(1). */
  deadlineOf(key: number): Instant | null {
    const at = key < this.#at.length ? this.#at[key] : Number.NaN
    return Number.isNaN(at) ? null : instant(at)
  }

  /** Sets or moves a deadline; null for never. O(1) when it moves to a later time, else O(log n). @param key small */
  set(key: number, at: Instant | null): void {
    if (!Number.isSafeInteger(key) || key < 0) fail('a key is a small non-negative integer', { key })
    if (key >= this.#at.length) this.#grow(key)
    if (at === null) {
      this.#at[key] = Number.NaN
      return
    }
    const old = this.#at[key]
    this.#at[key] = at
    // It has a place, at its old time or an earlier one (NaN is no such time).
    if (at >= old) return
    const place = this.#place[key]
    if (place === NONE) this.#add(key, at)
    else if (at < this.#times[place]) {
      this.#times[place] = at
      this.#up(place)
    }
  }

  /** Takes a key that is due, or null when none is (any more). O(log n), for each deadline that has moved since, too. */
  takeDue(now: Instant): number | null {
    while (this.#size > 0 && this.#times[0] <= now) {
      const key = this.#keys[0]
      const at = this.#at[key]
      if (at > now) {
        this.#times[0] = at
        this.#down(0)
        continue
      }
      this.#removeFirst()
      if (Number.isNaN(at)) continue
      this.#at[key] = Number.NaN
      return key
    }
    return null
  }

  #add(key: number, at: number): void {
    const place = this.#size++
    if (place === this.#keys.length) {
      this.#keys = doubled(this.#keys, new Int32Array(place * 2))
      this.#times = doubled(this.#times, new Float64Array(place * 2))
    }
    this.#put(place, key, at)
    this.#up(place)
  }

  #removeFirst(): void {
    this.#place[this.#keys[0]] = NONE
    const last = --this.#size
    if (last === 0) return
    this.#put(0, this.#keys[last], this.#times[last])
    this.#down(0)
  }

  #up(from: number): void {
    const key = this.#keys[from]
    const at = this.#times[from]
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (this.#times[parent] <= at) break
      this.#put(place, this.#keys[parent], this.#times[parent])
      place = parent
    }
    this.#put(place, key, at)
  }

  #down(from: number): void {
    const key = this.#keys[from]
    const at = this.#times[from]
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && this.#times[child + 1] < this.#times[child]) child++
      if (this.#times[child] >= at) break
      this.#put(place, this.#keys[child], this.#times[child])
      place = child
    }
    this.#put(place, key, at)
  }

  #put(place: number, key: number, at: number): void {
    this.#keys[place] = key
    this.#times[place] = at
    this.#place[key] = place
  }

  #grow(key: number): void {
    const capacity = Math.max(key + 1, this.#at.length * 2)
    const at = new Float64Array(capacity).fill(Number.NaN)
    at.set(this.#at)
    this.#at = at
    const places = new Int32Array(capacity).fill(NONE)
    places.set(this.#place)
    this.#place = places
  }

  /** These as data. */
  image(): DeadlinesImage {
    return { at: this.#at, place: this.#place, keys: this.#keys, times: this.#times, size: this.#size }
  }

  /** Becomes what an image is of. */
  restore({ at, place, keys, times, size }: DeadlinesImage): void {
    this.#at = at.slice()
    this.#place = place.slice()
    this.#keys = keys.slice()
    this.#times = times.slice()
    this.#size = size
  }
}

function doubled<T extends { set(from: ArrayLike<number>): void }>(from: ArrayLike<number>, to: T): T {
  to.set(from)
  return to
}
