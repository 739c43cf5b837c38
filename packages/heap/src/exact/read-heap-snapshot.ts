/** A `.heapsnapshot` of Node or Chrome from wherever it comes. */
import { HeapSnapshot } from './heap-snapshot.js'
import { SnapshotParser } from './snapshot-parser.js'
import type { SnapshotTables } from './snapshot-tables.js'
import { settleWeakEdges } from './weak-edges.js'

export interface ReadOptions {
  /** Told after each chunk. @param bytes taken so far */
  readonly onProgress?: (bytes: number) => void
  /** The most bytes that the snapshot may have; without it there is no limit. */
  readonly maxBytes?: number
}

/**
 * Reads a heap snapshot as a stream. Memory: about 25 bytes an object, 9 a reference and the strings, half as much again while
 * an array grows. O(bytes).
 * @param chunks the file in order, as UTF-8 or as text
 * @throws UsageError `malformed-snapshot` (with the `offset` of the byte in its data, or the row), `truncated-snapshot`
 * @throws LimitError `snapshot-too-large`
 */
export async function readHeapSnapshot(
  chunks: AsyncIterable<Uint8Array | string>,
  options: ReadOptions = {},
): Promise<HeapSnapshot> {
  const tables = await parseChunks(chunks, { ...options, parser: new SnapshotParser(options.maxBytes) })
  return new HeapSnapshot(settleWeakEdges(tables))
}

/** Feeds a parser. */
export async function parseChunks(
  chunks: AsyncIterable<Uint8Array | string>,
  { parser, onProgress }: { readonly parser: SnapshotParser } & Pick<ReadOptions, 'onProgress'>,
): Promise<SnapshotTables> {
  const encoder = new ChunkEncoder()
  for await (const chunk of chunks) {
    parser.write(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
    onProgress?.(parser.offset)
  }
  return parser.finish()
}

/** Text into UTF-8, also when a chunk ends between the two halves of a character. */
class ChunkEncoder {
  readonly #encoder = new TextEncoder()
  #half = ''

  encode(chunk: string): Uint8Array {
    const text = this.#half + chunk
    const end = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length
    this.#half = text.slice(end)
    return this.#encoder.encode(text.slice(0, end))
  }
}
