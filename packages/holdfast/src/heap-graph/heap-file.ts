/**
 * A heap graph from a file: an object graph (`rhg.ts`), or a heap snapshot of Node or Chrome. What it is, gzipped or not, its content says and not
 * its name.
 */
import { open, readFile, stat } from 'node:fs/promises'
import { UsageError } from '@holdfast/core'
import type { HeapGraph } from './heap-graph.js'
import { reasonOf } from './reason-of.js'
import { MAX_BYTES, parseRhg, writeRhg } from './rhg.js'
import { readSnapshotFile } from './snapshot-file.js'

/** What a file held. */
export interface HeapFile {
  readonly graph: HeapGraph
  /** The same in the format of `.rhg` files, perhaps gzipped, for whoever wants to read it independently. */
  readonly bytes: Uint8Array
}

/**
 * Reads and checks a file. O(size).
 * @param onProgress told of a heap snapshot how many bytes were read so far, unpacked
 * @throws UsageError with one line that says what, where, what to do
 */
export async function readHeapFile(path: string, onProgress?: (bytes: number) => void): Promise<HeapFile> {
  const { size, start } = await look(path)
  const isGzipped = start[0] === 0x1f && start[1] === 0x8b
  const snapshot = await readSnapshotFile(path, { isGzipped, onProgress })
  if (snapshot !== null) return { graph: snapshot, bytes: writeRhg(snapshot) }
  if (size > MAX_BYTES) throw unreadable(path, `it has ${size} bytes, more than ${MAX_BYTES}`)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, reasonOf(error))
  })
  return { graph: parseRhg(bytes, path), bytes }
}

/** How long a file is, and how it begins. */
async function look(path: string): Promise<{ size: number; start: Uint8Array }> {
  try {
    const found = await stat(path)
    if (!found.isFile() && !found.isDirectory()) throw new Error('it is not a regular file')
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0)
      return { size: found.size, start: buffer.subarray(0, bytesRead) }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw unreadable(path, reasonOf(error))
  }
}

function unreadable(path: string, why: string): UsageError {
  return new UsageError(
    'unreadable-file',
    `cannot read '${path}': ${why}; give the path of a heap graph or a heap snapshot`,
  )
}
