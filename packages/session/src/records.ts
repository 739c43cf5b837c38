/**
 * Records in order, from the first that may still be needed to the last appended. Their bytes stand one behind another in chunks: no
 * memory is asked for a record of its own, and consecutive ones are copied at once.
 */
import type { Fragment, Run } from './data-frame.js'

/** The first chunk is short, since most sessions say little; each that is needed besides is twice as long as the one before. */
const MIN_CHUNK_BYTES = 1024
const MAX_CHUNK_BYTES = 16 * 1024

const NO_BYTES = new Uint8Array(0)

/** Where a record is. */
interface Place {
  readonly chunk: Uint8Array
  readonly start: number
  /** Twice its length, and 1 more when its message goes on in the next. */
  readonly size: number
}

export class Records {
  /** Those from `#head` on. */
  #places: Place[] = []
  #head = 0
  /** Where the bytes of the next record go. */
  #chunk: Uint8Array = NO_BYTES
  #used = 0

  get count(): number {
    return this.#places.length - this.#head
  }

  /** Of the record at an index, counted from the first: twice its length, and 1 more when its message goes on in the next. */
  sizeAt(index: number): number {
    return this.#places[this.#head + index].size
  }

  lengthAt(index: number): number {
    return this.sizeAt(index) >>> 1
  }

  /** @param bytes copied @param more whether their message goes on in the next record */
  append(bytes: Uint8Array, more: boolean): void {
    const { length } = bytes
    if (this.#used + length > this.#chunk.length) {
      const room = Math.min(Math.max(this.#chunk.length * 2, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES)
      this.#chunk = new Uint8Array(Math.max(room, length))
      this.#used = 0
    }
    this.#places.push({ chunk: this.#chunk, start: this.#used, size: length * 2 + (more ? 1 : 0) })
    this.#chunk.set(bytes, this.#used)
    this.#used += length
  }

  /** Amortized O(1). */
  dropFirst(): void {
    const { length } = this.#places
    this.#head++
    if (this.#head === length) {
      this.#used = 0
      if (this.#chunk.length > MAX_CHUNK_BYTES) this.#chunk = NO_BYTES
    } else if (this.#head < 1024 || this.#head * 2 < length) return
    this.#places = this.#places.slice(this.#head)
    this.#head = 0
  }

  /** Copies the bytes of consecutive records, `count` from an index on, to a place in a frame. */
  copyTo(frame: Uint8Array, at: number, { index, count }: Run): void {
    const end = this.#head + index + count
    let to = at
    for (let next = this.#head + index; next < end; ) {
      const { chunk, start } = this.#places[next]
      let stop = start
      do stop += this.#places[next++].size >>> 1
      while (next < end && this.#places[next].chunk === chunk && this.#places[next].start === stop)
      frame.set(chunk.subarray(start, stop), to)
      to += stop - start
    }
  }

  image(): Fragment[] {
    return this.#places
      .slice(this.#head)
      .map(({ chunk, start, size }) => ({ bytes: chunk.subarray(start, start + (size >>> 1)), more: size % 2 === 1 }))
  }

  /** Takes over the records of an image. Only for one without any. */
  restore(records: readonly Fragment[]): void {
    for (const { bytes, more } of records) this.append(bytes, more)
  }
}
