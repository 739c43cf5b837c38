/**
 * A heap snapshot in columns: 25 bytes an object, 9 a reference, and its strings. What Holdfast calls objects and references the
 * format calls nodes and edges, and so does everything in this folder: nodes are numbered from 0, the root; so are edges.
 *
 * Invariants, checked once by `SnapshotParser`: every number in the columns is in range, edges lie in the order of their sources.
 */
import { firstAtLeast } from '@holdfast/core'
import type { StringTable } from './string-table.js'

export interface SnapshotTables {
  /** Index into `nodeTypeNames`. */
  readonly nodeTypes: Uint8Array
  /** Index into `strings`. */
  readonly nodeNames: Uint32Array
  /** V8's own numbers: the same object has the same id in a later snapshot. */
  readonly nodeIds: Float64Array
  /** Bytes. */
  readonly selfSizes: Float64Array
  /** The edges of node i are firstEdges[i] to firstEdges[i + 1] - 1. */
  readonly firstEdges: Uint32Array
  /** Index into `edgeTypeNames`. */
  readonly edgeTypes: Uint8Array
  /** Index into `strings`, or a number of its own for elements and hidden edges. */
  readonly edgeNames: Uint32Array
  readonly edgeTargets: Uint32Array
  /** Rows of node, script id, line and column (both from 0) for functions and some objects. */
  readonly locations: Float64Array
  readonly nodeTypeNames: readonly string[]
  readonly edgeTypeNames: readonly string[]
  readonly strings: StringTable
}

/** Numbers in a row of `SnapshotTables.locations`. */
export const LOCATION_WIDTH = 4

/** Bytes of memory. */
export function bytesOf(tables: SnapshotTables): number {
  const { nodeTypes, nodeNames, nodeIds, selfSizes, firstEdges, edgeTypes, edgeNames, edgeTargets, locations } = tables
  const columns = [nodeTypes, nodeNames, nodeIds, selfSizes, firstEdges, edgeTypes, edgeNames, edgeTargets, locations]
  return columns.reduce((sum, column) => sum + column.byteLength, tables.strings.bytes)
}

/** O(log nodes). */
export function sourceOf(tables: SnapshotTables, edge: number): number {
  return firstAtLeast(tables.firstEdges, 0, edge + 1) - 1
}

/** The code of a type in a list of types; a number that no row has when the list lacks it. */
export function typeCode(names: readonly string[], name: string): number {
  const code = names.indexOf(name)
  return code < 0 ? names.length : code
}

/** Elements and hidden edges have a number for a name. */
export function isNamed(edgeType: string): boolean {
  return edgeType !== 'element' && edgeType !== 'hidden'
}
