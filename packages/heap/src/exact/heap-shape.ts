/**
 * What a heap snapshot says of who refers to whom, and nothing else: for whoever wants to collect that heap rather than to ask it.
 *
 * - *Objects* are all nodes but the synthetic ones, in the order of the file.
 * - *References* are the edges that hold. Weak edges hold nothing. A shortcut repeats, for the reader's sake, what another edge says.
 * - The value of a WeakMap's entry is held by key and table together, which no plain reference says. It becomes a reference of the
 *   key: the table outlives its keys nearly always, and then that is exact; where it does not, the shape holds the value too long.
 * - *Roots* are what synthetic nodes hold, an entry for each edge.
 */
import { LimitError } from '@holdfast/core'
import { isUint32 } from './growing.js'
import type { Graph } from './reach.js'
import { parseChunks, type ReadOptions } from './read-heap-snapshot.js'
import { SnapshotParser } from './snapshot-parser.js'
import { typeCode } from './snapshot-tables.js'
import { EPHEMERON, namesWeakEdge, settleWeakEdges } from './weak-edges.js'

export interface HeapShape {
  /** The references of object i are targets[offsets[i]] to targets[offsets[i + 1] - 1]; one more than there are objects. */
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
  readonly roots: Uint32Array
  /** The type of each object, as the snapshot numbers it. */
  readonly types: Uint8Array
  /** Bytes each object takes itself. */
  readonly sizes: Uint32Array
}

/**
 * Reads the shape of a heap from a snapshot, as a stream. Memory: about 25 bytes an object and 9 a reference while it reads, then 13 and 4
 * more for the shape; of the strings only those that tell of weak edges. O(bytes).
 * @param chunks the file in order, as UTF-8 or as text
 * @throws UsageError `malformed-snapshot` (with the `offset` of the byte in its data, or the row), `truncated-snapshot`
 * @throws LimitError `snapshot-too-large`, also for an object of 4 GiB
 */
export async function readHeapShape(
  chunks: AsyncIterable<Uint8Array | string>,
  options: ReadOptions = {},
): Promise<HeapShape> {
  const parser = new SnapshotParser(options.maxBytes, namesWeakEdge)
  return shapeOf(settleWeakEdges(await parseChunks(chunks, { ...options, parser })))
}

/** No object: a synthetic node. */
const SYNTHETIC = 0xffffffff

function shapeOf(graph: Graph): HeapShape {
  const { firstEdges, edgeTargets } = graph
  const places = placesOf(graph)
  const { holds, references, entries } = strongEdges(graph, places)
  const { types, sizes, objects } = describeObjects(graph, places)
  const shape = {
    offsets: new Uint32Array(objects + 1),
    targets: new Uint32Array(references),
    roots: new Uint32Array(entries),
    types,
    sizes,
  }
  let reference = 0
  let entry = 0
  for (let node = 0; node < places.length; node++) {
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (holds[edge] === 0) continue
      const target = places[edgeTargets[edge]]
      if (places[node] === SYNTHETIC) shape.roots[entry++] = target
      else shape.targets[reference++] = target
    }
    if (places[node] !== SYNTHETIC) shape.offsets[places[node] + 1] = reference
  }
  return shape
}

/** Which object a node is. */
function placesOf({ nodeTypes, nodeTypeNames }: Graph): Uint32Array {
  const synthetic = typeCode(nodeTypeNames, 'synthetic')
  const places = new Uint32Array(nodeTypes.length)
  let objects = 0
  for (let node = 0; node < places.length; node++) {
    places[node] = nodeTypes[node] === synthetic ? SYNTHETIC : objects++
  }
  return places
}

/** A flag for each edge that is a reference or a root entry, and how many there are of both. */
function strongEdges(graph: Graph, places: Uint32Array) {
  const { firstEdges, edgeTypes, edgeTargets, edgeTypeNames, nodeTypes, nodeTypeNames } = graph
  const [weak, shortcut, ephemeron] = ['weak', 'shortcut', EPHEMERON].map((name) => typeCode(edgeTypeNames, name))
  // Keys are objects or symbols: only a table has this type.
  const table = typeCode(nodeTypeNames, 'array')
  const holds = new Uint8Array(edgeTypes.length)
  let references = 0
  let entries = 0
  for (let node = 0; node < places.length; node++) {
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      const type = edgeTypes[edge]
      if (type === weak || type === shortcut || (type === ephemeron && nodeTypes[node] === table)) continue
      if (places[edgeTargets[edge]] === SYNTHETIC) continue
      holds[edge] = 1
      if (places[node] === SYNTHETIC) entries++
      else references++
    }
  }
  return { holds, references, entries }
}

function describeObjects({ nodeTypes, selfSizes }: Graph, places: Uint32Array) {
  const isObject = (_: number, node: number): boolean => places[node] !== SYNTHETIC
  const types = nodeTypes.filter(isObject)
  const sizes = selfSizes.filter(isObject)
  const large = sizes.findIndex((size) => !isUint32(size))
  if (large >= 0) {
    throw new LimitError('snapshot-too-large', 'an object has 4 GiB or more', { object: large, bytes: sizes[large] })
  }
  return { types, sizes: Uint32Array.from(sizes), objects: types.length }
}
