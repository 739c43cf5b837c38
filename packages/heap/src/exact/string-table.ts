/**
 * The strings of a snapshot as they stand in the file: UTF-8 with JSON's escapes, end to end in one array of bytes, decoded one
 * at a time when asked. A large heap has hundreds of MB of them, of which a path needs ten.
 */
import { firstAtLeast, LimitError } from '@holdfast/core'
import { trimmed, withRoom } from './growing.js'
import type { StringSection } from './string-scanner.js'

/** Offsets are 32 bits wide. */
const MAX_BYTES = 2 ** 32 - 1
const BACKSLASH = 0x5c
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class StringTable {
  readonly #bytes: Uint8Array
  /** String i lies from offset i to offset i + 1. */
  readonly #offsets: Uint32Array

  constructor(bytes: Uint8Array, offsets: Uint32Array) {
    this.#bytes = bytes
    this.#offsets = offsets
  }

  get length(): number {
    return this.#offsets.length - 1
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#bytes.byteLength + this.#offsets.byteLength
  }

  /** O(its length). */
  textOf(string: number): string {
    const raw = this.#bytes.subarray(this.#offsets[string], this.#offsets[string + 1])
    const text = decoder.decode(raw)
    return raw.includes(BACKSLASH) ? String(JSON.parse(`"${text}"`)) : text
  }

  /** The string that is exactly this text (ASCII that needs no escape), or -1. O(bytes). */
  indexOf(text: string): number {
    return this.containing(text).find((string) => this.#lengthOf(string) === text.length) ?? -1
  }

  /** The strings that contain a text (ASCII that needs no escape), ascending. O(bytes). */
  containing(text: string): number[] {
    const { buffer, byteOffset, length } = this.#bytes
    const view = Buffer.from(buffer, byteOffset, length)
    const found: number[] = []
    for (let at = view.indexOf(text); at >= 0; at = view.indexOf(text, at)) {
      // Of the empty strings before it, which start at the same place, the last is followed by the one that is meant.
      const string = firstAtLeast(this.#offsets, 0, at + 1) - 1
      const end = this.#offsets[string + 1]
      if (at + text.length <= end) found.push(string)
      // What spans two strings is in neither, but the second may still contain it from one byte on.
      at = at + text.length <= end ? end : at + 1
    }
    return found
  }

  #lengthOf(string: number): number {
    return this.#offsets[string + 1] - this.#offsets[string]
  }
}

/** Whether to keep a string, asked with its bytes as they stand in the file. */
export type StringChoice = (raw: Uint8Array) => boolean

/** Takes strings piece by piece; `finish` once. */
export class StringTableBuilder implements StringSection {
  readonly kind = 'strings'
  readonly #keeps: StringChoice | undefined
  #bytes = new Uint8Array(1 << 12)
  #length = 0
  #offsets = new Uint32Array(1 << 8)
  #count = 0

  /** @param keeps all when left out; what is not kept stays as an empty string */
  constructor(keeps?: StringChoice) {
    this.#keeps = keeps
  }

  /** Adds to the string under way. @throws LimitError `snapshot-too-large` above 4 GiB of strings */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start
    if (length > MAX_BYTES)
      throw new LimitError('snapshot-too-large', 'too many bytes of strings', { limit: MAX_BYTES })
    this.#bytes = withRoom(this.#bytes, length, MAX_BYTES)
    this.#bytes.set(bytes.subarray(start, end), this.#length)
    this.#length = length
  }

  /** Ends the string under way. */
  end(): void {
    const start = this.#offsets[this.#count]
    if (this.#keeps?.(this.#bytes.subarray(start, this.#length)) === false) this.#length = start
    this.#count++
    this.#offsets = withRoom(this.#offsets, this.#count + 1, MAX_BYTES)
    this.#offsets[this.#count] = this.#length
  }

  finish(): StringTable {
    return new StringTable(trimmed(this.#bytes, this.#length), trimmed(this.#offsets, this.#count + 1))
  }
}
