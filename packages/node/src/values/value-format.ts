/**
 * The bytes of a value: a tag, then what the tag says. Primitives, references, and plain lists and objects of them are
 * written by hand; as soon as there is anything else in a value, all of it is one structure: attached bytes, then the
 * text of `devalue`, in which buffers and references are numbers.
 *
 *     value       = plain | STRUCTURE attachments text
 *     plain       = primitive | reference | LIST count plain* | OBJECT count (text plain)*
 *     reference   = REFERENCE kind(1 byte) place
 *     attachments = count (length bytes)*
 *
 * Invariant: whatever `encodeValue` writes is within the limits by which `decodeValue` reads, so that an honest value
 * never ends a session.
 */
import { ProtocolError } from '@holdfast/core'
import type { ReferenceMark } from './reference-mark.js'

/** First byte of a value. Part of the wire format. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** A safe integer from 0 up, as LEB128. */
  natural: 4,
  /** A safe integer below 0: of -1 - n, as LEB128. */
  negative: 5,
  /** 8 bytes, little-endian. */
  float: 6,
  /** Text of 7-bit characters behind its length, a byte each. */
  ascii: 7,
  /** UTF-8 behind its length in bytes. */
  text: 8,
  reference: 9,
  list: 10,
  object: 11,
  structure: 12,
} as const

/** How deep plain containers may nest, by recursion. */
export const MAX_PLAIN_DEPTH = 32
/** Longer text goes through the platform's encoder, which costs more to call and less for each character. */
export const MAX_SHORT = 48
/**
 * How deep containers may nest. `devalue` recurses: it overflows the stack of Node's main thread below 2,000 levels.
 */
export const MAX_DEPTH = 500
/** Longest array that is mostly holes, in slots: a length is cheap to claim and dear to iterate. */
export const MAX_SPARSE_LENGTH = 1_000_000

/** Names under which `devalue` carries what it does not do itself, or not well. Part of the wire format. */
export const WIRE = {
  /** A number: of `markNumber`. */
  reference: 'R',
  /** The name of one of the language's classes; properties come at the end. */
  error: 'E',
  /** Number of the attachment, from 1. (Views of buffers insist on this name.) */
  buffer: 'ArrayBuffer',
  /** Hexadecimal: decimal digits take quadratic time to read. */
  bigint: 'BigInt',
} as const

/** A mark as one number, never 0. */
export const markNumber = ({ place, kind }: ReferenceMark): number => place * 256 + kind + 1

/** The reverse. */
export const markOf = (number: number): ReferenceMark => ({
  place: Math.floor((number - 1) / 256),
  kind: (number - 1) % 256,
})

/** The error for bytes that no honest peer sends. */
export function malformedValue(what: string): ProtocolError {
  return new ProtocolError('malformed-value', `malformed value: ${what}`)
}
