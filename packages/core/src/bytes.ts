/**
 * Binary encoding: little bricks that every wire format of Holdfast is built from. Integers are unsigned LEB128 up to
 * 2^53 - 1; strings are UTF-8 behind their length in bytes. Reading never trusts a length: each is checked against
 * what is left before anything is allocated.
 */
import { InvariantError, ProtocolError } from './errors.js'

const encoder = new TextEncoder()
// A leading U+FEFF is part of the string: dropping it would turn one name into another.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const TWO_POW_28 = 0x10000000
/** Up to here text of 7-bit characters is faster written and read here than by the platform's encoder, which costs more to call. */
const MAX_SHORT_TEXT = 32
/** Up to here bytes are faster copied one by one than by a call of `set`. */
const MAX_SHORT_COPY = 48

/** Views of fewer bytes than this are kept for the next of the same length. */
const MAX_VIEWS = 256

/** Appends to a buffer that grows by doubling; every write is amortized O(bytes written). */
export class ByteWriter {
  #bytes: Uint8Array
  #length = 0
  /** By length: those of this buffer that were asked for. A view costs more than what it shows. */
  #views: (Uint8Array | undefined)[] = []

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#views = []
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** Forgets what was written; the buffer stays. */
  clear(): void {
    this.#length = 0
  }

  /**
   * @param value a safe non-negative integer; 1 byte below 128, 8 at most
   * @throws InvariantError for any other number, which would be written as a different one
   */
  integer(value: number): void {
    if (value >= 0 && value < 0x80 && value === (value | 0)) this.byte(value)
    else this.#longInteger(value)
  }

  #longInteger(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new InvariantError('only safe non-negative integers are written', { value })
    }
    this.#reserve(8)
    const bytes = this.#bytes
    let at = this.#length
    let rest = value
    while (rest >= TWO_POW_28) {
      bytes[at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.#length = at
  }

  u32(value: number): void {
    this.#reserve(4)
    const bytes = this.#bytes
    bytes[this.#length++] = value & 0xff
    bytes[this.#length++] = (value >>> 8) & 0xff
    bytes[this.#length++] = (value >>> 16) & 0xff
    bytes[this.#length++] = value >>> 24
  }

  /** @param value UTF-16 in good order: a lone surrogate is written as U+FFFD */
  string(value: string): void {
    if (!this.#shortText(value)) this.bytes(encoder.encode(value))
  }

  /** @returns whether it was short, and all 7-bit */
  #shortText(value: string): boolean {
    const { length } = value
    if (length > MAX_SHORT_TEXT) return false
    this.#reserve(length + 1)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = length
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index)
      if (code > 0x7f) return false
      bytes[at++] = code
    }
    this.#length = at
    return true
  }

  /** Characters below 128, a byte each, without a length. @param value all of them such */
  ascii(value: string): void {
    const { length } = value
    this.#reserve(length)
    const bytes = this.#bytes
    const at = this.#length
    for (let index = 0; index < length; index++) bytes[at + index] = value.charCodeAt(index)
    this.#length = at + length
  }

  /** Bytes behind their length. */
  bytes(value: Uint8Array): void {
    this.integer(value.length)
    this.raw(value)
  }

  /** Bytes as they are, without a length. */
  raw(value: Uint8Array): void {
    const { length } = value
    this.#reserve(length)
    const bytes = this.#bytes
    const at = this.#length
    if (length <= MAX_SHORT_COPY) for (let index = 0; index < length; index++) bytes[at + index] = value[index]
    else bytes.set(value, at)
    this.#length = at + length
  }

  /** A copy of what was written, in a buffer of exactly its size (so that posting it copies nothing else). */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** A copy of what was written, and of bytes behind it. */
  finishWith(rest: Uint8Array): Uint8Array {
    const length = this.#length
    const whole = this.finishWithRoom(rest.length)
    whole.set(rest, length)
    return whole
  }

  /** A copy of what was written, with room for so many bytes behind it. */
  finishWithRoom(room: number): Uint8Array {
    const length = this.#length
    const whole = new Uint8Array(length + room)
    const bytes = this.#bytes
    if (length <= MAX_SHORT_COPY) for (let index = 0; index < length; index++) whole[index] = bytes[index]
    else whole.set(this.view())
    return whole
  }

  /** What was written, no copy: good until something else is. */
  view(): Uint8Array {
    const length = this.#length
    const known = this.#views[length]
    if (known !== undefined) return known
    const view = new Uint8Array(this.#bytes.buffer, 0, length)
    if (length < MAX_VIEWS) this.#views[length] = view
    return view
  }
}

/** Reads what `ByteWriter` wrote. Every method throws ProtocolError `malformed` instead of reading past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  /** @param from where to begin */
  constructor(bytes: Uint8Array, from = 0) {
    this.#bytes = bytes
    this.#at = from
  }

  /** Where the next byte is read. */
  get position(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  #need(count: number): void {
    if (count > this.remaining) throw malformed('ends too early', { at: this.#at, count })
  }

  byte(): number {
    this.#need(1)
    return this.#bytes[this.#at++]
  }

  integer(): number {
    const bytes = this.#bytes
    if (this.#at < bytes.length && bytes[this.#at] < 0x80) return bytes[this.#at++]
    let value = 0
    let scale = 1
    for (let index = 0; index < 8; index++) {
      if (this.#at >= bytes.length) throw malformed('ends within an integer', { at: this.#at })
      const byte = bytes[this.#at++]
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 128
    }
    throw malformed('an integer above 2^53 - 1', { at: this.#at })
  }

  u32(): number {
    this.#need(4)
    const bytes = this.#bytes
    const at = this.#at
    this.#at += 4
    return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
  }

  /** @param limit the most bytes the string may have */
  string(limit: number): string {
    const length = this.integer()
    if (length > limit) throw malformed('a string over its limit', { length, limit })
    this.#need(length)
    const short = length > MAX_SHORT_TEXT ? null : this.ascii(length)
    if (short !== null) return short
    try {
      return decoder.decode(this.raw(length))
    } catch {
      throw malformed('a string that is not UTF-8')
    }
  }

  /** So many characters below 128, a byte each. @returns null, and nothing is read, when there are others */
  ascii(count: number): string | null {
    this.#need(count)
    const bytes = this.#bytes
    const end = this.#at + count
    let text = ''
    for (let at = this.#at; at < end; at++) {
      const code = bytes[at]
      if (code > 0x7f) return null
      text += String.fromCharCode(code)
    }
    this.#at = end
    return text
  }

  /** A view (no copy) of bytes behind their length. */
  bytes(): Uint8Array {
    return this.raw(this.integer())
  }

  /** A view (no copy) of the next bytes. */
  raw(count: number): Uint8Array {
    this.#need(count)
    const bytes = this.#bytes
    const at = this.#at
    this.#at += count
    // What `subarray` does takes twice as long: it asks for the species.
    return new Uint8Array(bytes.buffer, bytes.byteOffset + at, count)
  }

  /** A count of items that take at least `bytesEach` bytes each: refused when that many cannot follow. */
  count(bytesEach = 1): number {
    const count = this.integer()
    if (count * bytesEach > this.remaining)
      throw malformed('a count beyond the end', { count, remaining: this.remaining })
    return count
  }

  /** @throws ProtocolError when something is left over */
  end(): void {
    if (this.remaining > 0) throw malformed('bytes left over', { remaining: this.remaining })
  }
}

/** The error for input that no honest peer sends. */
export function malformed(what: string, data?: Readonly<Record<string, unknown>>): ProtocolError {
  return new ProtocolError('malformed', `malformed input: ${what}`, data)
}
