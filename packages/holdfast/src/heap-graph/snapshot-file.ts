/**
 * A heap snapshot (`.heapsnapshot`) as a heap graph. It is streamed: what a chunk says goes into columns, and the chunk is gone before the
 * next one comes, so a snapshot of hundreds of MB, most of it digits and strings, takes a fraction of that.
 */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { HoldfastError, UsageError } from '@holdfast/core'
import { type HeapShape, readHeapShape } from '@holdfast/heap/exact'
import { reasonOf } from './reason-of.js'
import { MAX_BYTES, rhgBytes } from './rhg.js'

const CHUNK_BYTES = 1 << 18
/** Of the text: a gzipped file that unpacks to more is refused rather than swallowed. */
const MAX_TEXT_BYTES = 2 ** 34
const BRACE = 0x7b
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d])

export interface SnapshotFileOptions {
  readonly isGzipped: boolean
  readonly onProgress: ((bytes: number) => void) | undefined
}

/**
 * Reads and checks a heap snapshot. O(size).
 * @returns null for a file that does not begin as JSON does
 * @throws UsageError with one line that says what, where, what to do
 */
export async function readSnapshotFile(path: string, options: SnapshotFileOptions): Promise<HeapShape | null> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  // An error of either comes out of the iteration below.
  const stream = options.isGzipped ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : file
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
  try {
    const begun = await firstText(chunks)
    if (begun?.first !== BRACE) return null
    const shape = await readHeapShape(following(begun.chunk, chunks), {
      maxBytes: MAX_TEXT_BYTES,
      ...(options.onProgress && { onProgress: options.onProgress }),
    })
    checkSize(shape, path)
    return shape
  } catch (error) {
    throw explained(error, path)
  } finally {
    file.destroy()
    stream.destroy()
  }
}

/** The first chunk that is not all space, and the first byte in it that is none. */
async function firstText(chunks: AsyncIterator<Uint8Array>): Promise<{ chunk: Uint8Array; first: number } | null> {
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    const first = next.value.find((byte) => !SPACES.has(byte))
    if (first !== undefined) return { chunk: next.value, first }
  }
  return null
}

async function* following(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

function checkSize({ sizes, targets, roots }: HeapShape, path: string): void {
  const bytes = rhgBytes({ objects: sizes.length, references: targets.length, roots: roots.length })
  if (bytes <= MAX_BYTES) return
  throw new UsageError(
    'heap-too-large',
    `'${path}' has ${sizes.length} objects and ${targets.length} references, more than can be replayed; take a smaller heap`,
  )
}

/** Which file it is, and what to do. */
function explained(error: unknown, path: string): unknown {
  if (error instanceof HoldfastError && error.code === 'truncated-snapshot') {
    const { offset } = error.data
    return new UsageError(
      error.code,
      `'${path}' is truncated: the heap snapshot ends too early, after ${String(offset)} bytes; take or fetch it again`,
    )
  }
  if (error instanceof HoldfastError && (error.code === 'malformed-snapshot' || error.code === 'snapshot-too-large')) {
    const facts = Object.entries(error.data).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    const what = error.message.replace(` [${error.code}]`, '')
    return new UsageError(
      error.code,
      `'${path}' cannot be replayed: ${what} (${facts.join(', ')}); give one that v8.writeHeapSnapshot() or Chrome has written`,
    )
  }
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
    return new UsageError(
      'broken-gzip',
      `'${path}' is gzipped but does not unpack (${reasonOf(error)}); it is truncated or damaged: fetch it again`,
    )
  }
  return error
}
