/**
 * Reads the text of a heap snapshot byte by byte, whatever the chunks: one JSON object whose members are sections. It knows
 * three kinds of sections (a text, rows of numbers, strings) and skips the others.
 *
 * Invariants: a byte is looked at once, and none is kept but those of the number, name or header under way. After an error it
 * is of no more use.
 */
import { truncatedSnapshot } from './malformed-snapshot.js'
import { RowScanner, type RowSection } from './row-scanner.js'
import {
  BACKSLASH,
  CLOSE,
  CLOSE_LIST,
  COLON,
  COMMA,
  isSpace,
  MORE,
  OPEN,
  OPEN_LIST,
  Progress,
  QUOTE,
  type Scanner,
} from './scanner.js'
import { StringScanner, type StringSection } from './string-scanner.js'
import { type TextSection, ValueScanner } from './value-scanner.js'

export type Section = RowSection | TextSection | StringSection

/** What is expected next, besides space; 'value' is where a scanner is at work. */
type State =
  | 'start'
  | 'first key'
  | 'key'
  | 'key text'
  | 'colon'
  | 'section'
  | 'value'
  | 'first string'
  | 'string'
  | 'after string'
  | 'after section'
  | 'end'

/** Which byte leads from a state to which. */
const STEPS: Readonly<Record<State, Readonly<Record<number, State>>>> = {
  start: { [OPEN]: 'first key' },
  'first key': { [QUOTE]: 'key text', [CLOSE]: 'end' },
  key: { [QUOTE]: 'key text' },
  'key text': {},
  colon: { [COLON]: 'section' },
  section: {},
  value: {},
  'first string': { [QUOTE]: 'value', [CLOSE_LIST]: 'after section' },
  string: { [QUOTE]: 'value' },
  'after string': { [COMMA]: 'string', [CLOSE_LIST]: 'after section' },
  'after section': { [COMMA]: 'key', [CLOSE]: 'end' },
  end: {},
}

const MAX_KEY = 64

export class SnapshotTokenizer {
  /** What to do with the section of a name; null to skip it. */
  readonly #sectionOf: (name: string) => Section | null
  readonly #progress = new Progress()
  #state: State = 'start'
  #key = ''
  #scanner: Scanner | null = null
  /** Where to go when the scanner is done. */
  #then: State = 'after section'

  constructor(sectionOf: (name: string) => Section | null) {
    this.#sectionOf = sectionOf
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#progress.before
  }

  /** O(bytes). @throws UsageError `malformed-snapshot`, with the offset of the byte in its `data` */
  write(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'value') at = this.#scan(bytes, at)
      else if (this.#state === 'key text') this.#keyByte(bytes[at], at++)
      else if (isSpace(bytes[at])) at++
      else if (this.#state === 'section') at = this.#begin(bytes[at], at)
      else this.#step(bytes[at], at++)
    }
    this.#progress.before += bytes.length
  }

  /** @throws UsageError `truncated-snapshot` when the object is not complete */
  finish(): void {
    if (this.#state !== 'end') throw truncatedSnapshot({ offset: this.offset })
  }

  #step(byte: number, at: number): void {
    const next = STEPS[this.#state][byte]
    if (next === undefined) throw this.#progress.unexpected(at)
    this.#state = next
  }

  #scan(bytes: Uint8Array, start: number): number {
    const at = (this.#scanner as Scanner).scan(bytes, start)
    if (at === MORE) return bytes.length
    this.#state = this.#then
    return at
  }

  #keyByte(byte: number, at: number): void {
    if (byte === QUOTE) this.#state = 'colon'
    else if (byte === BACKSLASH || this.#key.length === MAX_KEY) throw this.#progress.unexpected(at)
    else this.#key += String.fromCharCode(byte)
  }

  /** At the first byte of a section's value; returns where to go on. */
  #begin(byte: number, at: number): number {
    const section = this.#sectionOf(this.#key)
    this.#key = ''
    this.#then = section?.kind === 'strings' ? 'after string' : 'after section'
    this.#state = section?.kind === 'strings' ? 'first string' : 'value'
    if (section === null || section.kind === 'text') {
      this.#scanner = new ValueScanner(section, this.#progress)
      return at
    }
    if (byte !== OPEN_LIST) throw this.#progress.unexpected(at)
    const { kind } = section
    this.#scanner =
      kind === 'rows' ? new RowScanner(section, this.#progress) : new StringScanner(section, this.#progress)
    return at + 1
  }
}
