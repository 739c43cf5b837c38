/**
 * Columns of numbers as bytes. The tables of a node are long and dull: ids ascend with small gaps and stamps repeat, so
 * both forms below take a byte or less a value on real tables.
 */
import { fail } from './assert.js'
import { type ByteReader, type ByteWriter, malformed } from './bytes.js'

/** A column of safe non-negative integers. */
export type Column = ArrayLike<number>

/** Writes strictly ascending ids by their gaps. O(n). */
export function writeAscending(writer: ByteWriter, ids: Column): void {
  writer.integer(ids.length)
  let previous = -1
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index]
    if (!(id > previous)) fail('ids ascend', { previous, id })
    writer.integer(id - previous - 1)
    previous = id
  }
}

/** Reads strictly ascending ids. O(n). @throws ProtocolError `malformed` */
export function readAscending(reader: ByteReader): Float64Array {
  const ids = new Float64Array(reader.count())
  let previous = -1
  for (let index = 0; index < ids.length; index++) {
    previous += reader.integer() + 1
    ids[index] = previous
  }
  if (previous > Number.MAX_SAFE_INTEGER) throw malformed('an id above 2^53 - 1')
  return ids
}

/** The longest run that one entry may stand for: bounds what a few bytes can make a reader allocate. */
const MAX_RUN = 1 << 16

/** Writes values as runs of (value, length - 1). O(n). The reader must know how many there are. */
export function writeRuns(writer: ByteWriter, values: Column): void {
  let index = 0
  while (index < values.length) {
    const value = values[index]
    let end = index + 1
    while (end < values.length && values[end] === value && end - index < MAX_RUN) end++
    // One value alone is the common case in noisy columns: the low bit says whether a length follows.
    if (end - index === 1 && value <= 0xffffffff) writer.integer(value * 2)
    else {
      writer.integer(1)
      writer.integer(value)
      writer.integer(end - index - 1)
    }
    index = end
  }
}

/** The fewest bytes that an entry for the longest run takes: 1 for its kind, 1 for its value, 3 for its length. */
const BYTES_PER_MAX_RUN = 5

/** Reads `length` values that `writeRuns` wrote. O(n). @throws ProtocolError `malformed` */
export function readRuns(reader: ByteReader, length: number): Float64Array {
  if (length > (reader.remaining / BYTES_PER_MAX_RUN) * MAX_RUN) throw malformed('runs beyond the end', { length })
  const values = new Float64Array(length)
  let index = 0
  while (index < length) {
    const head = reader.integer()
    if (head % 2 === 0) {
      values[index++] = head / 2
      continue
    }
    if (head !== 1) throw malformed('an unknown kind of run', { head })
    const value = reader.integer()
    const end = index + reader.integer() + 1
    if (end > length || end - index > MAX_RUN) throw malformed('a run beyond its column', { end, length })
    values.fill(value, index, end)
    index = end
  }
  return values
}

/** From this difference on, its double is no safe integer any more. */
const LONG_DELTA = 2 ** 52
/** Says that a value follows as it is; no difference below LONG_DELTA is written like this. */
const WHOLE_VALUE = Number.MAX_SAFE_INTEGER

/** Writes values in any order by their differences to the one before (zigzag). O(n). */
export function writeDeltas(writer: ByteWriter, values: Column): void {
  let previous = 0
  for (let index = 0; index < values.length; index++) {
    const delta = values[index] - previous
    if (Math.abs(delta) < LONG_DELTA) writer.integer(delta >= 0 ? delta * 2 : -delta * 2 - 1)
    else {
      writer.integer(WHOLE_VALUE)
      writer.integer(values[index])
    }
    previous = values[index]
  }
}

/** Reads `length` values that `writeDeltas` wrote. O(n). @throws ProtocolError `malformed` */
export function readDeltas(reader: ByteReader, length: number): Float64Array {
  if (length > reader.remaining) throw malformed('a column beyond the end', { length })
  const values = new Float64Array(length)
  let previous = 0
  for (let index = 0; index < length; index++) {
    const zigzag = reader.integer()
    if (zigzag === WHOLE_VALUE) previous = reader.integer()
    else previous += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
    if (previous < 0 || previous > Number.MAX_SAFE_INTEGER) throw malformed('a value out of range', { previous })
    values[index] = previous
  }
  return values
}
