/** Which graph a coordinator builds its collage on. */
import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'

export type GraphChoice = 'graphology' | 'compact' | 'auto'

/** Up to here graphology's extra time is less than that of the shortest round; above it falls behind (benchmark `marking`). */
const GRAPHOLOGY_VERTICES = 200

/** Makes graphs as chosen. Graphology is loaded only if it may be used. */
export async function graphFactory(choice: GraphChoice): Promise<(vertices: number) => ReferenceGraph> {
  if (choice === 'compact') return () => new CompactGraph()
  const { GraphologyGraph } = await import('@holdfast/graph/graphology')
  return (vertices) =>
    choice === 'graphology' || vertices <= GRAPHOLOGY_VERTICES ? new GraphologyGraph() : new CompactGraph()
}
