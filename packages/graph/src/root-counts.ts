import { UsageError } from '@holdfast/core'

/** A byte with this value says that the count is in the overflow map. */
const OVERFLOW = 255

export interface RootCountsImage {
  readonly bytes: Uint8Array
  readonly overflow: ReadonlyMap<number, number>
  readonly rootedCount: number
}

/**
 * How many times each object is a root, one byte an object: most are roots no times or once. Counts of 255 and more
 * live in a map on the side.
 */
export class RootCounts {
  #bytes: Uint8Array = new Uint8Array(0)
  readonly #overflow = new Map<number, number>()
  #rootedCount = 0

  /** How many objects are roots at least once. */
  get rootedCount(): number {
    return this.#rootedCount
  }

  /** O(1). */
  get(index: number): number {
    const byte = this.#bytes[index]
    return byte === OVERFLOW ? (this.#overflow.get(index) as number) : byte
  }

  /** O(1). */
  increment(index: number): void {
    const count = this.get(index) + 1
    if (count === 1) this.#rootedCount++
    if (count >= OVERFLOW) this.#overflow.set(index, count)
    this.#bytes[index] = Math.min(count, OVERFLOW)
  }

  /** O(1). @throws UsageError `not-a-root` when the count is 0, nothing changed */
  decrement(index: number): void {
    const count = this.get(index) - 1
    if (count < 0) throw new UsageError('not-a-root', 'the object is not a root', { index })
    if (count === 0) this.#rootedCount--
    if (count >= OVERFLOW) this.#overflow.set(index, count)
    else if (this.#bytes[index] === OVERFLOW) this.#overflow.delete(index)
    this.#bytes[index] = Math.min(count, OVERFLOW)
  }

  /** Calls back for every root. O(capacity). */
  forEach(visit: (index: number) => void): void {
    if (this.#rootedCount === 0) return
    const bytes = this.#bytes
    for (let index = 0; index < bytes.length; index++) if (bytes[index] !== 0) visit(index)
  }

  /** Makes room for the indices below `capacity`. */
  grow(capacity: number): void {
    const grown = new Uint8Array(capacity)
    grown.set(this.#bytes.subarray(0, capacity))
    this.#bytes = grown
  }

  /** The overflow map's entries are too few to count. */
  get memoryBytes(): number {
    return this.#bytes.byteLength
  }

  image(): RootCountsImage {
    return { bytes: this.#bytes, overflow: this.#overflow, rootedCount: this.#rootedCount }
  }

  restore({ bytes, overflow, rootedCount }: RootCountsImage): void {
    this.#bytes = bytes.slice()
    for (const [index, count] of overflow) this.#overflow.set(index, count)
    this.#rootedCount = rootedCount
  }
}
