/**
 * Which leases an object has: an index from objects to the slots of their leases, in 20 bytes a lease.
 *
 * Invariants
 * - The leases of an object form a list, whose first stands for the object in one bucket of a hash table with chains. However many
 *   leases one object has, no other object is found more slowly.
 */
import type { ObjectKey } from '@holdfast/core'

const NONE = -1
const MIN_CAPACITY = 16
const TWO_POW_32 = 4294967296

/** All operations are expected O(1). Slots are small non-negative integers that the caller hands out. */
export class LeasesByObject {
  /** By slot: the object. */
  #objects = new Float64Array(MIN_CAPACITY)
  /** By slot: the next lease of the same object, or NONE. */
  #next = new Int32Array(MIN_CAPACITY)
  /** By slot: the lease before it in its list; of the first, which is always negative, `inBucket` of the next first in its bucket. */
  #before = new Int32Array(MIN_CAPACITY)
  /** The first lease of some object, or NONE; a power of two of buckets, at least one for each object. */
  #buckets = new Int32Array(MIN_CAPACITY).fill(NONE)
  #objectCount = 0

  /** The object of a slot that was added. */
  objectOf(slot: number): ObjectKey {
    return this.#objects[slot] as ObjectKey
  }

  /** The first slot of an object's list, or -1. */
  firstOf(object: ObjectKey): number {
    let slot = this.#buckets[this.#bucketOf(object)]
    while (slot !== NONE && this.#objects[slot] !== object) slot = inBucket(this.#before[slot])
    return slot
  }

  /** Adds a slot that is not there. */
  add(slot: number, object: ObjectKey): void {
    if (slot >= this.#objects.length) this.#grow(slot)
    this.#objects[slot] = object
    const first = this.firstOf(object)
    if (first === NONE) {
      if (this.#objectCount === this.#buckets.length) this.#rehash()
      this.#next[slot] = NONE
      this.#putFirst(slot)
      this.#objectCount++
      return
    }
    // Behind the first, which stays where its bucket knows it.
    const second = this.#next[first]
    this.#next[slot] = second
    this.#before[slot] = first
    this.#next[first] = slot
    if (second !== NONE) this.#before[second] = slot
  }

  /** Removes a slot that is there. */
  remove(slot: number): void {
    const before = this.#before[slot]
    const next = this.#next[slot]
    if (before >= 0) this.#next[before] = next
    else {
      this.#replaceFirst(slot, next === NONE ? inBucket(before) : next)
      if (next === NONE) this.#objectCount--
    }
    // The second inherits the place in the bucket, or the lease before.
    if (next !== NONE) this.#before[next] = before
  }

  /** What stands before `by` in its bucket leads to it instead of to `slot`. */
  #replaceFirst(slot: number, by: number): void {
    const bucket = this.#bucketOf(this.#objects[slot])
    let at = this.#buckets[bucket]
    if (at === slot) {
      this.#buckets[bucket] = by
      return
    }
    for (let next = inBucket(this.#before[at]); next !== slot; next = inBucket(this.#before[at])) at = next
    this.#before[at] = inBucket(by)
  }

  #putFirst(slot: number): void {
    const bucket = this.#bucketOf(this.#objects[slot])
    this.#before[slot] = inBucket(this.#buckets[bucket])
    this.#buckets[bucket] = slot
  }

  #rehash(): void {
    const old = this.#buckets
    this.#buckets = new Int32Array(old.length * 2).fill(NONE)
    for (const first of old) {
      for (let slot = first; slot !== NONE; ) {
        const next = inBucket(this.#before[slot])
        this.#putFirst(slot)
        slot = next
      }
    }
  }

  /** Fibonacci hashing (Knuth, TAOCP vol. 3, section 6.4). */
  #bucketOf(object: number): number {
    const folded = (object | 0) ^ Math.imul(Math.floor(object / TWO_POW_32), 0x85ebca6b)
    return Math.imul(folded, 0x9e3779b1) >>> (Math.clz32(this.#buckets.length) + 1)
  }

  #grow(slot: number): void {
    const capacity = Math.max(slot + 1, this.#objects.length * 2)
    const objects = new Float64Array(capacity)
    objects.set(this.#objects)
    this.#objects = objects
    this.#next = grown(this.#next, capacity)
    this.#before = grown(this.#before, capacity)
  }
}

/** A slot or NONE as a negative number, and back. */
const inBucket = (slot: number): number => -2 - slot

/** A copy of a column with more room. */
export function grown(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(capacity)
  copy.set(column)
  return copy
}
