/**
 * Edges that hold nothing, or only together with another object, and that V8 does not write as such.
 *
 * - An entry of a WeakMap holds its value as long as both its key and its table (the store of the map) live. V8 writes four edges:
 *   weak ones from the table to key and value, and from both key and table an internal edge to the value, named "7 / part of
 *   key (Foo \@1) -> value (Bar \@3) pair in WeakMap (table \@5)". The last two become one `EphemeronPair`. When names are so long
 *   that they would pass 1,023 bytes, V8 writes "(table \@%u)", its own format: then the table is the one that has such an edge to
 *   the same value; if there are several, the value is said to be held by the key alone, which errs on the safe side.
 * - Node lists every native object in its snapshot and draws an edge `native_to_javascript` to the JavaScript object around it,
 *   also where the handle is weak. Those with a strong handle are children of the root (Node 20, 22) or their JavaScript object
 *   is among the global handles; the edge of any other holds nothing.
 *
 * Source: V8, `ExtractEphemeronHashTableReferences` and `StringsStorage::GetVFormatted`; Node, `BaseObject::IsRootNode`.
 */
import { type SnapshotTables, typeCode } from './snapshot-tables.js'

export interface EphemeronPair {
  readonly key: number
  readonly table: number
  readonly value: number
  /** The one from key to value. */
  readonly edge: number
}

/** The pairs that a node is key or table of. */
export type EphemeronPairs = ReadonlyMap<number, readonly EphemeronPair[]>

/** The type that both edges of a pair get. */
export const EPHEMERON = 'ephemeron'

const PAIR = 'pair in WeakMap (table @'
const WRAPPER_EDGE = 'native_to_javascript'
/** How the name of a pair ends: a parenthesis. */
const CLOSING = 0x29

/** Whether `settleWeakEdges` looks for a string. O(its length) for one in ten, O(1) for the others. */
export function namesWeakEdge(raw: Uint8Array): boolean {
  if (raw[raw.length - 1] === CLOSING) return Buffer.from(raw.buffer, raw.byteOffset, raw.length).includes(PAIR)
  return raw.length === WRAPPER_EDGE.length && String.fromCharCode(...raw) === WRAPPER_EDGE
}

/** Rewrites the types of such edges, once. O(nodes + edges + bytes of strings). */
export function settleWeakEdges(tables: SnapshotTables): SnapshotTables & { readonly pairs: EphemeronPairs } {
  weakenWrapperEdges(tables)
  const edgeTypeNames = [...tables.edgeTypeNames, EPHEMERON]
  const pairs = settlePairs(tables, tables.edgeTypeNames.length)
  return { ...tables, edgeTypeNames, pairs }
}

function weakenWrapperEdges(tables: SnapshotTables): void {
  const { firstEdges, edgeTypes, edgeNames, edgeTargets } = tables
  const name = tables.strings.indexOf(WRAPPER_EDGE)
  if (name < 0) return
  const internal = typeCode(tables.edgeTypeNames, 'internal')
  const weak = typeCode(tables.edgeTypeNames, 'weak')
  const roots = new Set(edgeTargets.subarray(0, firstEdges[1]))
  for (let node = 1; node < firstEdges.length - 1; node++) {
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (edgeNames[edge] === name && edgeTypes[edge] === internal && !roots.has(node)) edgeTypes[edge] = weak
    }
  }
}

interface HalfPair {
  readonly source: number
  readonly edge: number
  /** NaN where V8 wrote none. */
  readonly tableId: number
}

function settlePairs(tables: SnapshotTables, ephemeron: number): EphemeronPairs {
  const { nodeIds, nodeTypes, edgeTypes, edgeTargets } = tables
  const halves = halfPairs(tables)
  const tableById = nodesById(tables, new Set(halves.map(({ tableId }) => tableId)))
  const array = typeCode(tables.nodeTypeNames, 'array')
  const unnamedTables = new Map<number, number[]>()
  const ofKeys: HalfPair[] = []
  for (const half of halves) {
    const { source, edge, tableId } = half
    if (nodeIds[source] === tableId) edgeTypes[edge] = ephemeron
    // Keys are objects or symbols, and a JavaScript array is an object: only a table has this type.
    else if (Number.isNaN(tableId) && nodeTypes[source] === array) {
      edgeTypes[edge] = ephemeron
      append(unnamedTables, edgeTargets[edge], source)
    } else ofKeys.push(half)
  }
  const pairs = new Map<number, EphemeronPair[]>()
  for (const { source: key, edge, tableId } of ofKeys) {
    const value = edgeTargets[edge]
    const candidates = unnamedTables.get(value) ?? []
    const table = Number.isNaN(tableId) && candidates.length === 1 ? candidates[0] : tableById.get(tableId)
    if (table === undefined) continue
    edgeTypes[edge] = ephemeron
    const pair = { key, table, value, edge }
    append(pairs, key, pair)
    append(pairs, table, pair)
  }
  return pairs
}

function halfPairs(tables: SnapshotTables): HalfPair[] {
  const { firstEdges, edgeTypes, edgeNames, strings } = tables
  const tableIds = new Map<number, number>()
  for (const string of strings.containing(PAIR)) {
    const match = / pair in WeakMap \(table @(\d+|%u)\)$/.exec(strings.textOf(string))
    if (match) tableIds.set(string, Number(match[1]))
  }
  const halves: HalfPair[] = []
  if (tableIds.size === 0) return halves
  const internal = typeCode(tables.edgeTypeNames, 'internal')
  for (let source = 0; source < firstEdges.length - 1; source++) {
    for (let edge = firstEdges[source]; edge < firstEdges[source + 1]; edge++) {
      if (edgeTypes[edge] !== internal) continue
      const tableId = tableIds.get(edgeNames[edge])
      if (tableId !== undefined) halves.push({ source, edge, tableId })
    }
  }
  return halves
}

function nodesById({ nodeIds }: SnapshotTables, ids: ReadonlySet<number>): Map<number, number> {
  const nodes = new Map<number, number>()
  if (ids.size === 0) return nodes
  for (let node = 0; node < nodeIds.length; node++) if (ids.has(nodeIds[node])) nodes.set(nodeIds[node], node)
  return nodes
}

function append<V>(lists: Map<number, V[]>, key: number, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
