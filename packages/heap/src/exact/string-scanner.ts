/** A string, from behind its quote. Its bytes go on as they are; that its escapes are right is checked here, once. */
import { BACKSLASH, MORE, type Progress, QUOTE, type Scanner, SPACE, ZERO } from './scanner.js'

/** Takes strings in pieces, escapes and all. */
export interface StringSection {
  readonly kind: 'strings'
  /** A piece of the string under way. */
  append(bytes: Uint8Array, start: number, end: number): void
  end(): void
}

/** Where an escape stands: none, that many hex digits to come, or just behind the backslash. */
const NONE = 0
const HEX_DIGITS = 4
const BEGUN = 5
const LETTER_U = 0x75

function isHex(byte: number): boolean {
  const letter = byte | 0x20
  return (byte >= ZERO && byte < ZERO + 10) || (letter >= 0x61 && letter <= 0x66)
}

export class StringScanner implements Scanner {
  readonly #section: StringSection
  readonly #progress: Progress
  #escape = NONE

  constructor(section: StringSection, progress: Progress) {
    this.#section = section
    this.#progress = progress
  }

  scan(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]
      if (this.#escape !== NONE) this.#inEscape(byte, at)
      else if (byte === QUOTE) {
        this.#section.append(bytes, start, at)
        this.#section.end()
        return at + 1
      } else if (byte === BACKSLASH) this.#escape = BEGUN
      else if (byte < SPACE) throw this.#progress.unexpected(at)
    }
    this.#section.append(bytes, start, bytes.length)
    return MORE
  }

  #inEscape(byte: number, at: number): void {
    if (this.#escape <= HEX_DIGITS) {
      if (!isHex(byte)) throw this.#progress.unexpected(at)
      this.#escape--
    } else if (byte === LETTER_U) this.#escape = HEX_DIGITS
    else if ('"\\/bfnrt'.includes(String.fromCharCode(byte))) this.#escape = NONE
    else throw this.#progress.unexpected(at)
  }
}
