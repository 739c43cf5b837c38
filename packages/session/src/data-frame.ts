/**
 * Frames of an open session. `data`: first sequence, cumulative acknowledgement, count of records, then per record
 * `2 × length + more`, then the bytes of all records. The lengths stand together so that a frame is checked before anything is
 * taken from it, and so that bytes are copied once, into a buffer of exactly the frame's size. `ack`: the acknowledgement.
 */
import { type ByteReader, ByteWriter, malformed, type Sequence } from '@holdfast/core'
import { beginFrame, FRAME_KIND } from './frame.js'
import { MIN_FRAGMENT_BYTES } from './limits.js'

/** A message, or a part of one: what a sequence number counts. */
export interface Fragment {
  readonly bytes: Uint8Array
  /** Whether the message goes on in the next record. */
  readonly more: boolean
}

/** Consecutive records and the acknowledgement that rides with them. */
export interface DataFrame {
  readonly first: Sequence
  readonly acknowledged: Sequence
  readonly fragments: readonly Fragment[]
}

/** Up to here bytes are faster copied one by one than by a call of `set`. */
const MAX_SHORT_COPY = 48

/** What a data frame has at most before the lengths of its records. */
export const DATA_HEADER_BYTES = 28

/** The bytes that a record's length takes on the wire. */
export function lengthBytes(length: number): number {
  return length < 0x40 ? 1 : length < 0x2000 ? 2 : length < 0x100000 ? 3 : 4
}

/** What stands before the records, of one frame after another: at most some bytes a record. */
const header = new ByteWriter()

/** O(bytes); copies each record once. */
export function encodeData(tag: number, data: DataFrame): Uint8Array {
  const writer = beginFrame(FRAME_KIND.data, tag, header)
  writer.integer(data.first)
  writer.integer(data.acknowledged)
  writer.integer(data.fragments.length)
  let size = 0
  for (const { bytes, more } of data.fragments) {
    writer.integer(bytes.length * 2 + (more ? 1 : 0))
    size += bytes.length
  }
  let at = writer.length
  const frame = writer.finishWithRoom(size)
  for (const { bytes } of data.fragments) {
    copy(bytes, frame, at)
    at += bytes.length
  }
  return frame
}

function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  const { length } = from
  if (length > MAX_SHORT_COPY) to.set(from, at)
  else for (let index = 0; index < length; index++) to[at + index] = from[index]
}

/** The fragments are views of the frame. O(records). @throws ProtocolError `malformed` */
export function decodeData(body: ByteReader): DataFrame {
  const first = body.integer()
  const acknowledged = body.integer()
  const count = body.count()
  if (first < 1 || count < 1 || first + count > Number.MAX_SAFE_INTEGER) {
    throw malformed('records without a place', { first, count })
  }
  // Most frames carry one record: a list that grows would make room for many.
  if (count === 1) {
    const fragments = [readFragment(body, body.integer())]
    body.end()
    return { first, acknowledged, fragments }
  }
  const lengths: number[] = []
  for (let index = 0; index < count; index++) lengths.push(body.integer())
  const fragments = lengths.map((length) => readFragment(body, length))
  body.end()
  return { first, acknowledged, fragments }
}

/** @param length as on the wire: whether the message goes on is its last bit */
function readFragment(body: ByteReader, length: number): Fragment {
  const more = length % 2 === 1
  const bytes = body.raw((length - (more ? 1 : 0)) / 2)
  if (more && bytes.length < MIN_FRAGMENT_BYTES) throw malformed('a needless fragment', { length: bytes.length })
  return { bytes, more }
}

export function encodeAck(tag: number, acknowledged: Sequence): Uint8Array {
  const writer = beginFrame(FRAME_KIND.ack, tag)
  writer.integer(acknowledged)
  return writer.finish()
}

export function decodeAck(body: ByteReader): Sequence {
  const acknowledged = body.integer()
  body.end()
  return acknowledged
}

/** With bytes of its own. */
export const copied = ({ bytes, more }: Fragment): Fragment => ({ bytes: bytes.slice(), more })
