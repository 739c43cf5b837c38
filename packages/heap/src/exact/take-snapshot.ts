/** A snapshot of this thread's own heap, parsed while V8 writes it. */

import { getHeapSnapshot } from 'node:v8'
import { assert } from '@holdfast/core'
import { SnapshotParser } from './snapshot-parser.js'
import type { SnapshotTables } from './snapshot-tables.js'

export interface TakenSnapshot {
  readonly tables: SnapshotTables
  /** Bytes that V8 wrote. */
  readonly bytes: number
}

/**
 * Takes a snapshot, after a major collection (V8's own), and reads it, all in one go: nothing runs in between. Blocks.
 * @param onProgress told after each chunk how many bytes V8 wrote so far
 */
export function takeSnapshot(onProgress?: (bytes: number) => void): TakenSnapshot {
  const parser = new SnapshotParser()
  const stream = getHeapSnapshot()
  const outcome: { ended: boolean; error: Error | null } = { ended: false, error: null }
  // V8 writes the whole of it at the first read. A stream would keep every chunk until somebody comes for them, and an async
  // iterator would be given them joined into one: taken here, they are gone before the next is written.
  stream.push = (chunk: Uint8Array | null): boolean => {
    if (chunk === null) outcome.ended = true
    else if (outcome.error === null) {
      // Thrown through V8's writer, an error would be lost.
      try {
        parser.write(chunk)
        onProgress?.(parser.offset)
      } catch (error) {
        outcome.error = error as Error
      }
    }
    return true
  }
  stream.read(0)
  stream.destroy()
  if (outcome.error !== null) throw outcome.error
  assert(outcome.ended, 'a heap snapshot is written at the first read')
  return { tables: parser.finish(), bytes: parser.offset }
}
