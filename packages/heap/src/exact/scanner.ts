/** What the readers of one kind of value share: they go through a chunk, stop where their value ends, and resume in the next chunk. */
import type { UsageError } from '@holdfast/core'
import { malformedSnapshot } from './malformed-snapshot.js'

export const SPACE = 0x20
export const QUOTE = 0x22
export const COMMA = 0x2c
export const MINUS = 0x2d
export const ZERO = 0x30
export const COLON = 0x3a
export const OPEN_LIST = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_LIST = 0x5d
export const OPEN = 0x7b
export const CLOSE = 0x7d

/** What `scan` returns when the chunk ended before the value did. */
export const MORE = -1

export interface Scanner {
  /** Goes on from a place in a chunk; returns where its value ended, or MORE. */
  scan(bytes: Uint8Array, start: number): number
}

/** How far the reader is: chunks forget where they begin, errors must know. */
export class Progress {
  /** Bytes in the chunks before this one. */
  before = 0

  error(what: string, at: number): UsageError {
    return malformedSnapshot(what, { offset: this.before + at })
  }

  unexpected(at: number): UsageError {
    return this.error('unexpected byte', at)
  }
}

export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09
}
