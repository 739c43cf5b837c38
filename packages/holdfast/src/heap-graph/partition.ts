/**
 * Spreads a graph over nodes. `hash` scatters neighbours (most references cross), `block` keeps them together;
 * `shared/data/README.md` defined both, and files and fingerprints depend on them to the bit.
 */
import { UsageError } from '@holdfast/core'
import type { Partition } from '@holdfast/worker'
import { type HeapGraph, objectCount } from './heap-graph.js'

/** The ways to assign objects to nodes. */
export const PARTITIONS = ['hash', 'block'] as const
export type PartitionKind = (typeof PARTITIONS)[number]

/** The most nodes a graph is spread over. */
export const MAX_NODES = 16

/** The node of every object. O(objects). @throws UsageError `bad-nodes` when there are more nodes than objects, or none */
export function assignOwners(kind: PartitionKind, objects: number, nodes: number): Uint8Array {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MAX_NODES)
    throw new UsageError('bad-nodes', `a graph is spread over 1 to ${MAX_NODES} nodes, not ${nodes}`)
  if (nodes > objects)
    throw new UsageError('bad-nodes', `${nodes} nodes are more than the ${objects} objects; use fewer nodes`)
  const owners = new Uint8Array(objects)
  for (let object = 0; object < objects; object++) {
    owners[object] = kind === 'hash' ? hash(object) % nodes : Math.floor((object * nodes) / objects)
  }
  return owners
}

function hash(object: number): number {
  const scattered = Math.imul(object, 2654435761)
  return (scattered ^ (scattered >>> 16)) >>> 0
}

/** How many objects some nodes own. O(objects). */
export function countOwned(owners: Uint8Array, nodes: readonly number[]): number {
  return owners.reduce((sum, owner) => sum + (nodes.includes(owner) ? 1 : 0), 0)
}

/** A graph in parts. */
export interface PartitionedGraph {
  /** One a node. */
  readonly partitions: readonly Partition[]
  /** References whose source and target have different owners, parallel ones counted. */
  readonly crossReferences: number
}

/** Cuts a graph into what each node is told. O(objects + references + roots). @param owners the node of each object */
export function partitionGraph(graph: HeapGraph, owners: Uint8Array, nodes: number): PartitionedGraph {
  const parts = allocate(graph, owners, nodes)
  const objectsAt = new Uint32Array(nodes)
  const targetsAt = new Uint32Array(nodes)
  const rootsAt = new Uint32Array(nodes)
  let crossReferences = 0
  for (let object = 0; object < objectCount(graph); object++) {
    const owner = owners[object]
    const part = parts[owner]
    const at = objectsAt[owner]++
    let end = targetsAt[owner]
    part.objects[at] = object
    for (let index = graph.offsets[object]; index < graph.offsets[object + 1]; index++) {
      const target = graph.targets[index]
      part.targets[end] = target
      part.owners[end++] = owners[target]
      if (owners[target] !== owner) crossReferences++
    }
    part.offsets[at + 1] = targetsAt[owner] = end
  }
  for (const root of graph.roots) {
    const owner = owners[root]
    parts[owner].roots[rootsAt[owner]++] = root
  }
  return { partitions: parts, crossReferences }
}

/** Columns of exactly the sizes each node needs. */
function allocate(graph: HeapGraph, owners: Uint8Array, nodes: number): Partition[] {
  const objects = new Uint32Array(nodes)
  const references = new Uint32Array(nodes)
  const roots = new Uint32Array(nodes)
  for (let object = 0; object < objectCount(graph); object++) {
    objects[owners[object]]++
    references[owners[object]] += graph.offsets[object + 1] - graph.offsets[object]
  }
  for (const root of graph.roots) roots[owners[root]]++
  return Array.from({ length: nodes }, (_, node) => ({
    objects: new Uint32Array(objects[node]),
    offsets: new Uint32Array(objects[node] + 1),
    targets: new Uint32Array(references[node]),
    owners: new Uint8Array(references[node]),
    roots: new Uint32Array(roots[node]),
  }))
}
