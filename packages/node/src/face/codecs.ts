/**
 * Copies of objects that have no form of their own on the wire: instances of classes, events, whatever a program says how to write and to
 * read. The same kinds on both sides, by name. What an object is written as is a value like any other, references and all.
 *
 * Layout of a message's value: CODED, count, each (name, length, value), then the value itself, whose marks of kind CUSTOM name them by place.
 */
import { ByteReader, ByteWriter, UsageError } from '@holdfast/core'

/** How objects of one kind are copied. */
export interface Codec {
  /** Whether it is for this object. Asked of every object that is sent, before anything else. */
  accepts(object: object): boolean
  /** What goes in its place: anything that can be sent. */
  encode(object: object): unknown
  decode(value: unknown): unknown
}

/** By name. Asked in order, the first that accepts an object has it. */
export type Codecs = ReadonlyMap<string, Codec>

/** First byte of a value with coded parts: no tag of `values/`. */
const CODED = 255
const MAX_NAME_BYTES = 256

export interface CodedPart {
  readonly name: string
  readonly bytes: Uint8Array
}

export function joinParts(value: Uint8Array, parts: readonly CodedPart[]): Uint8Array {
  if (parts.length === 0) return value
  const writer = new ByteWriter()
  writer.byte(CODED)
  writer.integer(parts.length)
  for (const { name, bytes } of parts) {
    writer.string(name)
    writer.bytes(bytes)
  }
  writer.raw(value)
  return writer.finish()
}

/** Whether there are coded parts in a value that begins at a place. */
export const hasParts = (bytes: Uint8Array, from: number): boolean => bytes[from] === CODED

/** A value with coded parts. @throws ProtocolError `malformed` */
export function splitParts(
  bytes: Uint8Array,
  from: number,
): { readonly value: Uint8Array; readonly parts: readonly CodedPart[] } {
  const reader = new ByteReader(bytes, from + 1)
  const parts = Array.from({ length: reader.count() }, () => ({
    name: reader.string(MAX_NAME_BYTES),
    bytes: reader.bytes(),
  }))
  return { value: reader.raw(reader.remaining), parts }
}

/** @throws UsageError `unknown-codec` */
export function codecOf(codecs: Codecs, name: string): Codec {
  const codec = codecs.get(name)
  if (codec === undefined)
    throw new UsageError('unknown-codec', 'a value of a kind that this node cannot read', { name })
  return codec
}
