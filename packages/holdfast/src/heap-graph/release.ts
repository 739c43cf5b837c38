import type { Release } from '@holdfast/worker'
import type { HeapGraph } from './heap-graph.js'

/** References and root entries to let go of, by their indexes in the graph, ascending. */
export interface LetGo {
  readonly references: Uint32Array
  readonly roots: Uint32Array
}

/** What each node lets go of. O(objects + removed). @param owners the node of each object */
export function releasesOf(graph: HeapGraph, owners: Uint8Array, letGo: LetGo & { readonly nodes: number }): Release[] {
  const sources = sourcesOf(graph, letGo.references)
  const perNode = Array.from({ length: letGo.nodes }, () => ({ references: 0, roots: 0 }))
  for (const source of sources) perNode[owners[source]].references++
  for (const entry of letGo.roots) perNode[owners[graph.roots[entry]]].roots++
  const releases = perNode.map(({ references, roots }) => ({
    roots: new Uint32Array(roots),
    sources: new Uint32Array(references),
    targets: new Uint32Array(references),
  }))
  for (let index = sources.length - 1; index >= 0; index--) {
    const node = owners[sources[index]]
    const at = --perNode[node].references
    releases[node].sources[at] = sources[index]
    releases[node].targets[at] = graph.targets[letGo.references[index]]
  }
  for (let index = letGo.roots.length - 1; index >= 0; index--) {
    const root = graph.roots[letGo.roots[index]]
    releases[owners[root]].roots[--perNode[owners[root]].roots] = root
  }
  return releases
}

/** The object that each reference starts from; the indexes ascend, so one walk along the offsets is enough. */
function sourcesOf(graph: HeapGraph, references: Uint32Array): Uint32Array {
  let source = 0
  return references.map((reference) => {
    while (graph.offsets[source + 1] <= reference) source++
    return source
  })
}
