/**
 * Records in order, from the first that may still be needed to the last appended. Their bytes stand one behind another in chunks, and what
 * is known of each in columns: nothing is made for a record of its own, and consecutive ones are copied at once.
 */
import type { Fragment, Run } from './data-frame.js'

/** A longer record has a chunk of its own. */
const MAX_SHARED_BYTES = 1024
/** The first chunk is short, since most sessions say little; each that is needed besides is twice as long as the one before. */
const MIN_CHUNK_BYTES = 1024
const MAX_CHUNK_BYTES = 16 * 1024
/** Columns that have become longer than this are not kept when all records are gone. */
const MAX_KEPT_PLACES = 4096
/** Up to here bytes are faster copied one by one than by a call of `set`. */
const MAX_SHORT_COPY = 48

const NO_BYTES = new Uint8Array(0)

export class Records {
  /** By place: where a record's bytes are. Places before `#head` are free. */
  #chunks: Uint8Array[] = []
  #starts: number[] = []
  /** By place: twice its length, and 1 more when its message goes on in the next. */
  #sizes: number[] = []
  #head = 0
  #tail = 0
  /** Where the bytes of the next record go. */
  #chunk = NO_BYTES
  #used = 0

  get count(): number {
    return this.#tail - this.#head
  }

  /** Of the record at an index, counted from the first: twice its length, and 1 more when its message goes on in the next. */
  sizeAt(index: number): number {
    return this.#sizes[this.#head + index]
  }

  lengthAt(index: number): number {
    return this.sizeAt(index) >>> 1
  }

  /** @param bytes copied @param more whether their message goes on in the next record */
  append(bytes: Uint8Array, more: boolean): void {
    const { length } = bytes
    const place = this.#tail++
    this.#sizes[place] = length * 2 + (more ? 1 : 0)
    if (length > MAX_SHARED_BYTES) {
      this.#chunks[place] = bytes.slice()
      this.#starts[place] = 0
      return
    }
    if (this.#used + length > this.#chunk.length) {
      const { length: before } = this.#chunk
      this.#chunk = new Uint8Array(Math.min(Math.max(before * 2, MIN_CHUNK_BYTES), MAX_CHUNK_BYTES))
      this.#used = 0
    }
    const chunk = this.#chunk
    const start = this.#used
    this.#chunks[place] = chunk
    this.#starts[place] = start
    this.#used = start + length
    if (length > MAX_SHORT_COPY) chunk.set(bytes, start)
    else for (let index = 0; index < length; index++) chunk[start + index] = bytes[index]
  }

  dropFirst(): void {
    // It would keep a long message alive.
    this.#chunks[this.#head++] = NO_BYTES
    if (this.#head < this.#tail) {
      if (this.#head >= MAX_KEPT_PLACES && this.#head * 2 >= this.#tail) this.#compact()
      return
    }
    this.#used = 0
    this.#head = 0
    this.#tail = 0
    if (this.#sizes.length <= MAX_KEPT_PLACES) return
    this.#chunks = []
    this.#starts = []
    this.#sizes = []
  }

  /** Copies the bytes of consecutive records, `count` from an index on, to a place in a frame. */
  copyTo(frame: Uint8Array, at: number, { index, count }: Omit<Run, 'records'>): void {
    const end = this.#head + index + count
    let to = at
    for (let place = this.#head + index; place < end; ) {
      const chunk = this.#chunks[place]
      const start = this.#starts[place]
      let length = 0
      do length += this.#sizes[place++] >>> 1
      while (place < end && this.#chunks[place] === chunk && this.#starts[place] === start + length)
      if (length > MAX_SHORT_COPY) frame.set(chunk.subarray(start, start + length), to)
      else for (let offset = 0; offset < length; offset++) frame[to + offset] = chunk[start + offset]
      to += length
    }
  }

  /** Moves the records to the front: amortized O(1) a record. */
  #compact(): void {
    this.#chunks = this.#chunks.slice(this.#head, this.#tail)
    this.#starts = this.#starts.slice(this.#head, this.#tail)
    this.#sizes = this.#sizes.slice(this.#head, this.#tail)
    this.#tail -= this.#head
    this.#head = 0
  }

  image(): Fragment[] {
    return Array.from({ length: this.count }, (_, index) => {
      const start = this.#starts[this.#head + index]
      const bytes = this.#chunks[this.#head + index].subarray(start, start + this.lengthAt(index))
      return { bytes, more: this.sizeAt(index) % 2 === 1 }
    })
  }

  /** Takes over the records of an image. Only for one without any. */
  restore(records: readonly Fragment[]): void {
    for (const { bytes, more } of records) this.append(bytes, more)
  }
}
