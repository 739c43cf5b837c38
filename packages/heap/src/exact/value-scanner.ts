/** Any JSON value, kept as text or skipped: it ends before the comma or brace that follows it. Within, only brackets are counted. */
import {
  BACKSLASH,
  CLOSE,
  CLOSE_LIST,
  COMMA,
  MORE,
  OPEN,
  OPEN_LIST,
  type Progress,
  QUOTE,
  type Scanner,
} from './scanner.js'

export interface TextSection {
  readonly kind: 'text'
  take(text: string): void
}

/** V8's header has 2 kB. */
const MAX_TEXT = 1 << 20

export class ValueScanner implements Scanner {
  /** null to skip the value. */
  readonly #section: TextSection | null
  readonly #progress: Progress
  readonly #text: Uint8Array[] = []
  #length = 0
  #depth = 0
  #quoted = false
  #escaped = false

  constructor(section: TextSection | null, progress: Progress) {
    this.#section = section
    this.#progress = progress
  }

  scan(bytes: Uint8Array, start: number): number {
    let at = start
    while (at < bytes.length && !this.#ends(bytes[at], at)) at++
    if (this.#section) this.#keep(bytes.slice(start, at))
    if (at === bytes.length) return MORE
    this.#section?.take(Buffer.concat(this.#text).toString('utf8'))
    return at
  }

  #ends(byte: number, at: number): boolean {
    if (this.#escaped) this.#escaped = false
    else if (this.#quoted) {
      this.#escaped = byte === BACKSLASH
      this.#quoted = byte !== QUOTE
    } else if (byte === QUOTE) this.#quoted = true
    else if (byte === OPEN || byte === OPEN_LIST) this.#depth++
    else if (this.#depth === 0 && (byte === COMMA || byte === CLOSE)) return true
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (this.#depth === 0) throw this.#progress.unexpected(at)
      this.#depth--
    }
    return false
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length
    if (this.#length > MAX_TEXT) throw this.#progress.error('its header is too long', 0)
    this.#text.push(bytes)
  }
}
