/**
 * Where the entries of a table lie, by their keys, for tables that have their keys in a column: 6 to 12 bytes an entry as it grows, where a
 * `Map` takes about 40 and objects for the collector to walk. The keys are safe non-negative integers; each call is
 * given the column, which the table may have replaced by a longer one since.
 *
 * Open addressing with linear probing in Robin Hood order: entries lie in the order of their homes, so a search ends at the
 * first entry that is nearer to its home than the key would be, and a deletion moves up only those behind it that are not at
 * home (Celis, Larson and Munro 1985, "Robin Hood Hashing"; backward shift as in Knuth, TAOCP vol. 3, section 6.4),
 * and endless churn leaves no tombstones.
 */
import { fail } from './assert.js'

/** A column of keys, by slot. */
export type Keys = Float64Array

const MIN_CAPACITY = 16
const EMPTY = -1

/** Of a `SlotIndex`, see `image`. */
export interface SlotIndexImage {
  readonly slots: Int32Array
  readonly size: number
}

/** All operations but `forEach` are expected O(1). */
export class SlotIndex {
  #slots = new Int32Array(MIN_CAPACITY).fill(EMPTY)
  /** The capacity is this power of two. */
  #bits = Math.log2(MIN_CAPACITY)
  #size = 0

  get size(): number {
    return this.#size
  }

  get memoryBytes(): number {
    return this.#slots.byteLength
  }

  /** The slot of a key, or -1. */
  find(keys: Keys, key: number): number {
    const at = this.#find(keys, key)
    return at === EMPTY ? EMPTY : this.#slots[at]
  }

  /** A slot has got a key, which no other has. */
  add(keys: Keys, slot: number): void {
    if (this.#size * 3 >= this.#slots.length * 2) this.#resize(keys, this.#slots.length * 2)
    this.#insert(keys, slot)
    this.#size++
  }

  /** Forgets a key, before its slot gets another; says whether it was there. */
  delete(keys: Keys, key: number): boolean {
    const found = this.#find(keys, key)
    if (found === EMPTY) return false
    const slots = this.#slots
    const mask = slots.length - 1
    let gap = found
    for (let next = (gap + 1) & mask; slots[next] !== EMPTY; next = (next + 1) & mask) {
      if (home(keys[slots[next]], this.#bits) === next) break
      slots[gap] = slots[next]
      gap = next
    }
    slots[gap] = EMPTY
    this.#size--
    if (slots.length > MIN_CAPACITY && this.#size * 8 < slots.length) this.#resize(keys, slots.length / 2)
    return true
  }

  /** The entry of one slot is about to be moved to another. @throws InvariantError when its key is not there */
  move(keys: Keys, from: number, to: number): void {
    const at = this.#find(keys, keys[from])
    if (at === EMPTY) fail('an entry that is moved is there', { from, to })
    this.#slots[at] = to
  }

  /** Forgets everything. */
  clear(): void {
    this.#size = 0
    this.#allocate(MIN_CAPACITY)
  }

  /** Calls back for every slot, in no particular order; the index must not change meanwhile. O(capacity). */
  forEach(visit: (slot: number) => void): void {
    for (const slot of this.#slots) if (slot !== EMPTY) visit(slot)
  }

  /** Where a key lies, or EMPTY. */
  #find(keys: Keys, key: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    let at = home(key, this.#bits)
    for (let distance = 0; slots[at] !== EMPTY; distance++) {
      const other = keys[slots[at]]
      if (other === key) return at
      // Looked at only behind a first miss, which is rare.
      if (((at - home(other, this.#bits)) & mask) < distance) return EMPTY
      at = (at + 1) & mask
    }
    return EMPTY
  }

  /** Puts a slot whose key is not there in its place; whoever is nearer to home moves on. */
  #insert(keys: Keys, newSlot: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = newSlot
    let at = home(keys[slot], this.#bits)
    for (let distance = 0; slots[at] !== EMPTY; distance++) {
      const other = (at - home(keys[slots[at]], this.#bits)) & mask
      if (other < distance) {
        const moved = slots[at]
        slots[at] = slot
        slot = moved
        distance = other
      }
      at = (at + 1) & mask
    }
    slots[at] = slot
  }

  #allocate(capacity: number): void {
    this.#slots = new Int32Array(capacity).fill(EMPTY)
    this.#bits = Math.log2(capacity)
  }

  #resize(keys: Keys, capacity: number): void {
    const slots = this.#slots
    this.#allocate(capacity)
    for (const slot of slots) if (slot !== EMPTY) this.#insert(keys, slot)
  }

  /** This index as data, the order of its entries included. */
  image(): SlotIndexImage {
    return { slots: this.#slots, size: this.#size }
  }

  /** Becomes the index that an image is of, over a column with the same keys. */
  restore({ slots, size }: SlotIndexImage): void {
    this.#slots = slots.slice()
    this.#bits = Math.log2(slots.length)
    this.#size = size
  }
}

/**
 * Where a key would like to be: Fibonacci hashing (the same volume, section 6.4), which lays a sequence of ids out evenly,
 * and any part of one nearly so. The identity would be faster on one whole sequence, but sequences that wrap around the
 * table then lie on top of each other and a search walks thousands of entries.
 */
function home(key: number, bits: number): number {
  const high = key > 0xffffffff ? Math.floor(key / 4294967296) : 0
  const folded = (key | 0) ^ Math.imul(high, 0x85ebca6b)
  return Math.imul(folded, 0x9e3779b1) >>> (32 - bits)
}
