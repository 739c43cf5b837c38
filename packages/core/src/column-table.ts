/**
 * A table of numbers keyed by id, stored by columns: the entries lie densely at slots 0 to size - 1, so a scan reads memory in
 * order, and removing one moves the last into its place. 8 bytes a column and entry, 8 for its id and 6 to 12 for the index.
 * A slot is valid until the next removal; ids are what to keep.
 */
import { fail } from './assert.js'
import type { Column } from './columns.js'
import { grownCapacity } from './growth.js'
import { placesInOrder } from './order.js'
import { firstAtLeast } from './search.js'
import { SlotIndex } from './slot-index.js'

const MIN_CAPACITY = 16

/** Of a `ColumnTable`, see `image`. */
export interface ColumnTableImage {
  readonly ids: Float64Array
  readonly columns: Readonly<Record<string, Float64Array>>
}

/** All operations but `slotsById` are amortized O(1). `Name` names the columns. */
export class ColumnTable<Name extends string> {
  readonly #index = new SlotIndex()
  #ids = new Float64Array(MIN_CAPACITY)
  readonly #names: readonly Name[]
  /**
   * The columns themselves, for tight loops. Read them anew after anything was added or removed, and take the slot first:
   * `columns.a[add(id)] = 1` evaluates `columns.a` before `add` may replace it.
   */
  readonly columns: Record<Name, Float64Array>
  #size = 0

  constructor(names: readonly Name[]) {
    this.#names = names
    const columns = {} as Record<Name, Float64Array>
    for (const name of names) columns[name] = new Float64Array(MIN_CAPACITY)
    this.columns = columns
  }

  get size(): number {
    return this.#size
  }

  /** The slot of an id, or -1. */
  slotOf(id: number): number {
    return this.#index.find(this.#ids, id)
  }

  /** The id at a slot below `size`. */
  idAt(slot: number): number {
    return this.#ids[slot]
  }

  /** Adds an id that is not there, all columns 0; returns its slot. */
  add(id: number): number {
    if (this.slotOf(id) >= 0) fail('an id is added once', { id })
    const slot = this.#size
    if (slot === this.#ids.length) this.#resize(grownCapacity(slot, slot + 1))
    this.#ids[slot] = id
    this.#index.add(this.#ids, slot)
    for (const name of this.#names) this.columns[name][slot] = 0
    this.#size++
    return slot
  }

  /** Removes the entry at a slot; the last entry moves into it. */
  removeAt(slot: number): void {
    if (!(slot >= 0 && slot < this.#size)) fail('a slot lies within the table', { slot, size: this.#size })
    const last = this.#size - 1
    this.#index.delete(this.#ids, this.#ids[slot])
    if (slot !== last) {
      this.#index.move(this.#ids, last, slot)
      this.#ids[slot] = this.#ids[last]
      for (const name of this.#names) this.columns[name][slot] = this.columns[name][last]
    }
    this.#size = last
    if (this.#ids.length > MIN_CAPACITY && last * 8 < this.#ids.length) this.#resize(this.#ids.length >>> 1)
  }

  /**
   * Removes those of some ids that are there. O(ids); or, where they are many, O(size log ids) at most: then what stays is packed and
   * indexed anew, which costs a fraction of removing one by one.
   * @param ids ascending
   */
  removeAll(ids: Column): void {
    if (ids.length * 4 < this.#size) {
      for (let index = 0; index < ids.length; index++) {
        const slot = this.slotOf(ids[index])
        if (slot >= 0) this.removeAt(slot)
      }
      return
    }
    const goes = new Uint8Array(this.#size)
    let count = 0
    let at = 0
    let previous = 0
    for (let slot = 0; slot < goes.length; slot++) {
      const id = this.#ids[slot]
      // As a rule the entries are nearly in order, too, and the search goes on from where it was.
      at = firstAtLeast(ids, id < previous ? 0 : at, id)
      previous = id
      if (ids[at] !== id) continue
      goes[slot] = 1
      count++
    }
    if (count > 0) this.#keep((slot) => goes[slot] === 0)
  }

  /** Forgets everything. */
  clear(): void {
    this.#keep(() => false)
  }

  /** All slots in the order of their ids. O(n) as a rule (see `placesInOrder`). */
  slotsById(): Uint32Array {
    return placesInOrder(this.#ids, this.#size)
  }

  #keep(stays: (slot: number) => boolean): void {
    const size = this.#size
    this.#index.clear()
    this.#size = 0
    for (let slot = 0; slot < size; slot++) {
      if (!stays(slot)) continue
      const to = this.#size++
      this.#ids[to] = this.#ids[slot]
      for (const name of this.#names) this.columns[name][to] = this.columns[name][slot]
      this.#index.add(this.#ids, to)
    }
    let capacity = this.#ids.length
    while (capacity > MIN_CAPACITY && this.#size * 4 < capacity) capacity >>>= 1
    if (capacity < this.#ids.length) this.#resize(capacity)
  }

  #resize(capacity: number): void {
    const resized = (old: Float64Array) => {
      const fresh = new Float64Array(capacity)
      fresh.set(old.subarray(0, this.#size))
      return fresh
    }
    this.#ids = resized(this.#ids)
    for (const name of this.#names) this.columns[name] = resized(this.columns[name])
  }

  /** This table as data. */
  image(): ColumnTableImage {
    const columns: Record<string, Float64Array> = {}
    for (const name of this.#names) columns[name] = this.columns[name].subarray(0, this.#size)
    return { ids: this.#ids.subarray(0, this.#size), columns }
  }

  /** Becomes the table that an image is of, with the same slots. Only for an empty one. */
  restore({ ids, columns }: ColumnTableImage): void {
    for (let slot = 0; slot < ids.length; slot++) this.add(ids[slot])
    for (const name of this.#names) this.columns[name].set(columns[name])
  }
}
