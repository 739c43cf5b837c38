import type { ReferenceGraph } from '@holdfast/graph'

/** One whole mark, from the first root to the last reference; nobody asks what is white. */
export function markGraph(graph: ReferenceGraph): void {
  const mark = graph.mark()
  mark.step(Infinity)
  mark.end()
}

/** How many objects a mark reaches. */
export function countReached(graph: ReferenceGraph): number {
  const mark = graph.mark()
  mark.step(Infinity)
  let whites = 0
  mark.forEachWhite(() => whites++)
  mark.end()
  return graph.objectCount - whites
}
