/**
 * A map from safe non-negative integers to non-negative 32-bit slots, in typed arrays: 18 to 36 bytes an entry as it grows,
 * where a `Map` takes about 40 and objects for the collector to walk.
 *
 * Open addressing with linear probing in Robin Hood order: entries lie in the order of their homes, so a search ends at the
 * first entry that is nearer to its home than the key would be, and a deletion moves up only those behind it that are not at
 * home (Celis, Larson and Munro 1985, "Robin Hood Hashing"; backward shift as in Knuth, TAOCP vol. 3, section 6.4),
 * and endless churn leaves no tombstones.
 */
import { fail } from './assert.js'

const MIN_CAPACITY = 16
const EMPTY = -1

/** Of an `IdMap`, see `image`. */
export interface IdMapImage {
  readonly keys: Float64Array
  readonly slots: Int32Array
  readonly size: number
}

/** All operations are expected O(1). */
export class IdMap {
  #keys = new Float64Array(MIN_CAPACITY)
  #slots = new Int32Array(MIN_CAPACITY).fill(EMPTY)
  /** The capacity is this power of two. */
  #bits = Math.log2(MIN_CAPACITY)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Bytes of the typed arrays, slack included. */
  get memoryBytes(): number {
    return this.#keys.byteLength + this.#slots.byteLength
  }

  /** The slot of a key, or -1. */
  get(key: number): number {
    const at = this.#find(key)
    return at === EMPTY ? EMPTY : this.#slots[at]
  }

  has(key: number): boolean {
    return this.#find(key) !== EMPTY
  }

  /** Sets or replaces. @param slot 0 to 2^31 - 1 */
  set(key: number, slot: number): void {
    if ((slot | 0) !== slot || slot < 0) fail('a slot is a non-negative 32-bit integer', { key, slot })
    const at = this.#find(key)
    if (at !== EMPTY) {
      this.#slots[at] = slot
      return
    }
    if (this.#size * 3 >= this.#slots.length * 2) this.#resize(this.#slots.length * 2)
    this.#insert(key, slot)
    this.#size++
  }

  /** Removes a key; says whether it was there. */
  delete(key: number): boolean {
    const found = this.#find(key)
    if (found === EMPTY) return false
    const keys = this.#keys
    const slots = this.#slots
    const mask = slots.length - 1
    let gap = found
    for (let next = (gap + 1) & mask; slots[next] !== EMPTY; next = (next + 1) & mask) {
      if (home(keys[next], this.#bits) === next) break
      keys[gap] = keys[next]
      slots[gap] = slots[next]
      gap = next
    }
    slots[gap] = EMPTY
    this.#size--
    if (slots.length > MIN_CAPACITY && this.#size * 8 < slots.length) this.#resize(slots.length / 2)
    return true
  }

  /** Forgets everything. */
  clear(): void {
    this.#size = 0
    this.#allocate(MIN_CAPACITY)
  }

  /** The keys, in no particular order; the map must not change meanwhile. O(capacity). */
  *keys(): IterableIterator<number> {
    for (let at = 0; at < this.#slots.length; at++) if (this.#slots[at] !== EMPTY) yield this.#keys[at]
  }

  /** Calls back for every entry, in no particular order; the map must not change meanwhile. O(capacity). */
  forEach(visit: (key: number, slot: number) => void): void {
    for (let at = 0; at < this.#slots.length; at++)
      if (this.#slots[at] !== EMPTY) visit(this.#keys[at], this.#slots[at])
  }

  /** Where a key lies, or EMPTY. */
  #find(key: number): number {
    const keys = this.#keys
    const slots = this.#slots
    const mask = slots.length - 1
    let at = home(key, this.#bits)
    for (let distance = 0; slots[at] !== EMPTY; distance++) {
      if (keys[at] === key) return at
      // Looked at only behind a first miss, which is rare.
      if (((at - home(keys[at], this.#bits)) & mask) < distance) return EMPTY
      at = (at + 1) & mask
    }
    return EMPTY
  }

  /** Puts a key that is not there in its place; whoever is nearer to home moves on. */
  #insert(newKey: number, newSlot: number): void {
    const keys = this.#keys
    const slots = this.#slots
    const mask = slots.length - 1
    let key = newKey
    let slot = newSlot
    let at = home(key, this.#bits)
    for (let distance = 0; slots[at] !== EMPTY; distance++) {
      const other = (at - home(keys[at], this.#bits)) & mask
      if (other < distance) {
        const [movedKey, movedSlot] = [keys[at], slots[at]]
        keys[at] = key
        slots[at] = slot
        key = movedKey
        slot = movedSlot
        distance = other
      }
      at = (at + 1) & mask
    }
    keys[at] = key
    slots[at] = slot
  }

  #allocate(capacity: number): void {
    this.#keys = new Float64Array(capacity)
    this.#slots = new Int32Array(capacity).fill(EMPTY)
    this.#bits = Math.log2(capacity)
  }

  #resize(capacity: number): void {
    const keys = this.#keys
    const slots = this.#slots
    this.#allocate(capacity)
    for (let old = 0; old < slots.length; old++) if (slots[old] !== EMPTY) this.#insert(keys[old], slots[old])
  }

  /** This map as data, the order of its entries included. */
  image(): IdMapImage {
    return { keys: this.#keys, slots: this.#slots, size: this.#size }
  }

  /** Becomes the map that an image is of. */
  restore({ keys, slots, size }: IdMapImage): void {
    this.#keys = keys.slice()
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
