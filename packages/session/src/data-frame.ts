/**
 * Frames of an open session. `data`: first sequence, cumulative acknowledgement, count of records, then per record
 * `2 × length + more`, then the bytes of all records. The lengths stand together so that a frame is checked before anything is
 * taken from it, and so that bytes are copied once, into a buffer of exactly the frame's size. `ack`: the acknowledgement.
 */
import { type ByteReader, ByteWriter, malformed, type Sequence } from '@holdfast/core'
import { beginFrame, FRAME_KIND } from './frame.js'
import { MIN_FRAGMENT_BYTES } from './limits.js'
import type { Records } from './records.js'

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

/** What a data frame has at most before the lengths of its records. */
export const DATA_HEADER_BYTES = 28

/** The bytes that a record's length takes on the wire. */
export function lengthBytes(length: number): number {
  return length < 0x40 ? 1 : length < 0x2000 ? 2 : length < 0x100000 ? 3 : 4
}

/** What stands before the records, of one frame after another: at most some bytes a record. */
const header = new ByteWriter()

/** Consecutive records of one frame: so many from an index on. */
export interface Run {
  /** The sequence of the first. */
  readonly first: Sequence
  readonly records: Records
  readonly index: number
  readonly count: number
}

/** O(bytes); copies each record once. */
export function encodeData(tag: number, run: Run, acknowledged: Sequence): Uint8Array {
  const { first, records, index, count } = run
  const writer = beginFrame(FRAME_KIND.data, tag, header)
  writer.integer(first)
  writer.integer(acknowledged)
  writer.integer(count)
  let bytes = 0
  for (let place = index; place < index + count; place++) {
    const size = records.sizeAt(place)
    writer.integer(size)
    bytes += size >>> 1
  }
  const frame = writer.finishWithRoom(bytes)
  records.copyTo(frame, writer.length, run)
  return frame
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
