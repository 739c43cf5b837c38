import { HeapEdge } from './heap-edge.js'
import type { SnapshotTables } from './snapshot-tables.js'

export interface PathStep {
  readonly node: number
  /** The edge that leads to it from the step before; null for the root. */
  readonly edge: HeapEdge | null
}

/** The path that edges make, from the root on. */
export function stepsAlong(tables: SnapshotTables, edges: readonly number[]): PathStep[] {
  let node = 0
  const steps: PathStep[] = [{ node, edge: null }]
  for (const index of edges) {
    const edge = new HeapEdge(tables, index, node)
    node = edge.target
    steps.push({ node, edge })
  }
  return steps
}
