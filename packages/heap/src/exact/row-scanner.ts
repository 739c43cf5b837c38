/**
 * A list of numbers, from behind its bracket. Numbers are integers, as V8 writes them; they go straight from bytes into
 * an array of doubles that is handed over some rows at a time and used again.
 */
import { CLOSE_LIST, COMMA, isSpace, MINUS, MORE, type Progress, type Scanner, ZERO } from './scanner.js'

/** Rows of `width` numbers each. */
export interface RowSection {
  readonly kind: 'rows'
  readonly width: number
  /** @param numbers valid during the call */
  take(numbers: Float64Array, rows: number): void
}

const ROWS_AT_A_TIME = 128

export class RowScanner implements Scanner {
  readonly #section: RowSection
  readonly #progress: Progress
  readonly #numbers: Float64Array
  #filled = 0
  #empty = true
  /** Of the number under way: its value, its sign, whether it has digits, and whether space has ended it. */
  #value = 0
  #negative = false
  #digits = false
  #ended = false

  constructor(section: RowSection, progress: Progress) {
    this.#section = section
    this.#progress = progress
    this.#numbers = new Float64Array(section.width * ROWS_AT_A_TIME)
  }

  scan(bytes: Uint8Array, start: number): number {
    let value = this.#value
    let digits = this.#digits
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte >= ZERO && byte < ZERO + 10) {
        if (this.#ended) throw this.#progress.unexpected(at)
        value = value * 10 + (byte - ZERO)
        digits = true
      } else if (byte === COMMA || byte === CLOSE_LIST) {
        if (digits) this.#add(value, at)
        else if (byte === COMMA || this.#negative || !this.#empty) throw this.#progress.unexpected(at)
        if (byte === CLOSE_LIST) {
          this.#flush(at)
          return at + 1
        }
        value = 0
        digits = false
        this.#ended = false
      } else if (byte === MINUS && !digits && !this.#negative) this.#negative = true
      else if (isSpace(byte) && (digits || !this.#negative)) this.#ended = digits
      else throw this.#progress.unexpected(at)
    }
    this.#value = value
    this.#digits = digits
    return MORE
  }

  #add(value: number, at: number): void {
    if (value > Number.MAX_SAFE_INTEGER) throw this.#progress.error('a number is too large', at)
    this.#empty = false
    this.#numbers[this.#filled++] = this.#negative ? -value : value
    this.#negative = false
    if (this.#filled === this.#numbers.length) this.#flush(at)
  }

  #flush(at: number): void {
    const { width } = this.#section
    if (this.#filled % width !== 0) throw this.#progress.error('a row is incomplete', at)
    this.#section.take(this.#numbers, this.#filled / width)
    this.#filled = 0
  }
}
