/** Which slot of the heap stands for an import. The ids are dense, so an array will do: 4 bytes for each id up to the largest. */
import type { ImportId } from '@holdfast/core'
import { NONE } from '@holdfast/graph'

const MIN_IDS = 64

export interface ImportSlotsImage {
  readonly slots: Int32Array
  readonly size: number
}

export class ImportSlots {
  #slots: Int32Array = new Int32Array(MIN_IDS).fill(NONE)
  #size = 0

  /** How many imports have a slot. */
  get size(): number {
    return this.#size
  }

  get memoryBytes(): number {
    return this.#slots.byteLength
  }

  /** The slot of an import, or NONE. O(1). */
  slotOf(id: ImportId): number {
    return id < this.#slots.length ? this.#slots[id] : NONE
  }

  /** Gives a slot to an import that has none. Amortized O(1). */
  set(id: ImportId, slot: number): void {
    if (id >= this.#slots.length) {
      const grown = new Int32Array(Math.max(this.#slots.length * 2, id + 1)).fill(NONE)
      grown.set(this.#slots)
      this.#slots = grown
    }
    this.#slots[id] = slot
    this.#size++
  }

  /** Takes its slot from an import that has one. O(1). */
  delete(id: ImportId): void {
    this.#slots[id] = NONE
    this.#size--
  }

  image(): ImportSlotsImage {
    return { slots: this.#slots, size: this.#size }
  }

  restore({ slots, size }: ImportSlotsImage): void {
    this.#slots = slots.slice()
    this.#size = size
  }
}
