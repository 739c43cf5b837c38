/**
 * The file format `RHG1`, little endian: "RHG1", u32 n, u32 m, u32 nroots; u32 off[n+1]; u32 target[m]; u32 roots[nroots];
 * u8 type[n], padded to a multiple of 4; u32 selfSize[n] in bytes. A file may be gzipped, which its content says, not its
 * name. Nothing in a file is believed: sizes are checked against the length before anything is allocated, every
 * offset, target and root against its range. (`fixtures/README.md` describes the format and the shipped file.)
 */
import { endianness } from 'node:os'
import { gunzipSync } from 'node:zlib'
import { UsageError } from '@holdfast/core'
import { type HeapGraph, objectCount } from './heap-graph.js'
import { reasonOf } from './reason-of.js'

const MAGIC = 'RHG1'
const HEADER_BYTES = 16
/** Room for about 250 million references; a gzipped file that unpacks to more is refused rather than swallowed. */
export const MAX_BYTES = 2 ** 30

/** Reads a graph from a file's bytes, gzipped or not. O(size). @param name of the file, for errors. @throws UsageError */
export function parseRhg(file: Uint8Array, name: string): HeapGraph {
  const bytes = unpack(file, name)
  const { objects, references, roots } = readHeader(bytes, name)
  let at = HEADER_BYTES
  const column = (length: number): Uint32Array => {
    const start = at
    at += length * 4
    return readColumn(bytes, start, length)
  }
  const graph = {
    offsets: column(objects + 1),
    targets: column(references),
    roots: column(roots),
    types: new Uint8Array(bytes.subarray(at, at + objects)),
    sizes: readColumn(bytes, at + padded(objects), objects),
  }
  checkOffsets(graph, name)
  checkObjects(graph.targets, { what: 'reference', objects, name })
  checkObjects(graph.roots, { what: 'root', objects, name })
  return graph
}

/** A graph as a file's bytes, not gzipped. O(size). */
export function writeRhg(graph: HeapGraph): Uint8Array {
  const objects = objectCount(graph)
  const references = graph.targets.length
  const roots = graph.roots.length
  const bytes = new Uint8Array(rhgBytes({ objects, references, roots }))
  for (let index = 0; index < MAGIC.length; index++) bytes[index] = MAGIC.charCodeAt(index)
  let at = MAGIC.length
  const put = (column: Uint32Array): void => {
    bytes.set(new Uint8Array(littleEndian(column.slice()).buffer), at)
    at += column.length * 4
  }
  put(Uint32Array.of(objects, references, roots))
  put(graph.offsets)
  put(graph.targets)
  put(graph.roots)
  bytes.set(graph.types, at)
  at += padded(objects)
  put(graph.sizes)
  return bytes
}

/** How many there are of each. */
interface Header {
  readonly objects: number
  readonly references: number
  readonly roots: number
}

const padded = (length: number): number => Math.ceil(length / 4) * 4

/** How long the file of such a graph is, not gzipped. */
export function rhgBytes({ objects, references, roots }: Header): number {
  return HEADER_BYTES + (objects + 1 + references + roots + objects) * 4 + padded(objects)
}

function unpack(file: Uint8Array, name: string): Uint8Array {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file
  try {
    return gunzipSync(file, { maxOutputLength: MAX_BYTES })
  } catch (error) {
    throw new UsageError(
      'broken-gzip',
      `'${name}' is gzipped but does not unpack (${reasonOf(error)}); it is truncated or damaged: fetch it again`,
    )
  }
}

function readHeader(bytes: Uint8Array, name: string): Header {
  for (let index = 0; index < MAGIC.length; index++) {
    if (bytes[index] !== MAGIC.charCodeAt(index))
      throw new UsageError(
        'foreign-file',
        `'${name}' is not a heap graph: it does not begin with "${MAGIC}"; give a .rhg or .heapsnapshot file, gzipped or not`,
      )
  }
  if (bytes.length < HEADER_BYTES) throw truncated(name, bytes.length, HEADER_BYTES)
  const [objects, references, roots] = readColumn(bytes, MAGIC.length, 3)
  const expected = rhgBytes({ objects, references, roots })
  if (bytes.length < expected) throw truncated(name, bytes.length, expected)
  if (bytes.length > expected)
    throw new UsageError(
      'bytes-left-over',
      `'${name}' has ${bytes.length - expected} bytes behind the end of its graph; it is damaged: fetch it again`,
    )
  return { objects, references, roots }
}

const truncated = (name: string, length: number, expected: number): UsageError =>
  new UsageError('truncated-file', `'${name}' is truncated: it has ${length} of ${expected} bytes; fetch it again`)

/** A column in a buffer of its own: the file's need not be aligned. */
function readColumn(bytes: Uint8Array, at: number, length: number): Uint32Array {
  const column = new Uint32Array(length)
  new Uint8Array(column.buffer).set(bytes.subarray(at, at + length * 4))
  return littleEndian(column)
}

/** Between the file's order of bytes and the machine's, in place. */
function littleEndian(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  if (endianness() === 'BE') Buffer.from(column.buffer).swap32()
  return column
}

function checkOffsets({ offsets, targets }: HeapGraph, name: string): void {
  const last = offsets.length - 1
  let previous = 0
  for (let index = 0; index <= last; index++) {
    const expected = index === 0 ? 0 : index === last ? targets.length : offsets[index]
    if (offsets[index] !== expected || offsets[index] < previous)
      throw new UsageError(
        'bad-offset',
        `'${name}' is damaged: offset ${index} is ${offsets[index]}, but offsets ascend from 0 to ${targets.length}`,
      )
    previous = offsets[index]
  }
}

function checkObjects(
  column: Uint32Array,
  { what, objects, name }: { what: string; objects: number; name: string },
): void {
  for (let index = 0; index < column.length; index++) {
    if (column[index] >= objects)
      throw new UsageError(
        `bad-${what}`,
        `'${name}' is damaged: ${what} ${index} names object ${column[index]}, but there are only ${objects} objects`,
      )
  }
}
