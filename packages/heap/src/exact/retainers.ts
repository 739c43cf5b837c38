import type { SnapshotTables } from './snapshot-tables.js'

/** The edges to node i are edges[starts[i]] to edges[starts[i + 1] - 1], in the order of their sources. */
export interface Retainers {
  readonly starts: Uint32Array
  readonly edges: Uint32Array
}

/** Turns the edges round by counting them. O(nodes + edges). */
export function indexRetainers({ nodeTypes, edgeTargets }: SnapshotTables): Retainers {
  const starts = new Uint32Array(nodeTypes.length + 1)
  for (const target of edgeTargets) starts[target]++
  // Each start becomes where its node's edges end; filling from the back moves it to where they begin.
  for (let node = 1; node < starts.length; node++) starts[node] += starts[node - 1]
  const edges = new Uint32Array(edgeTargets.length)
  for (let edge = edges.length - 1; edge >= 0; edge--) edges[--starts[edgeTargets[edge]]] = edge
  return { starts, edges }
}
