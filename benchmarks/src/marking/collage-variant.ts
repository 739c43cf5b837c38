import { type ObjectKey, Random } from '@holdfast/core'
import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'
import { GraphologyGraph } from '@holdfast/graph/graphology'
import { timeRuns } from '../measure/time-runs.js'
import type { Variant } from '../suite.js'
import { type CompressedRows, sampleGraph, sourcesOf } from './sample-graph.js'

export interface CollageSizes {
  readonly vertices: readonly number[]
  readonly metricOf: (vertices: number) => string
  readonly timeMs: number
}

export function startCollageVariant(
  name: 'compact' | 'graphology',
  { vertices, metricOf, timeMs }: CollageSizes,
): Variant {
  const create = (): ReferenceGraph => (name === 'compact' ? new CompactGraph() : new GraphologyGraph())
  const samples = vertices.map((count) => [metricOf(count), sampleGraph(count, 3)] as const)
  return {
    round: () =>
      Object.fromEntries(
        samples.map(([metric, rows]) => [metric, timeRuns({ run: () => void collage(create(), rows) }, timeMs)]),
      ),
  }
}

/** What a coordinator does with a collage: see `judge` in @holdfast/tracing. */
function collage(graph: ReferenceGraph, rows: CompressedRows): number {
  const vertices = rows.offsets.length - 1
  for (let vertex = 0; vertex < vertices; vertex++) graph.addObject(vertex as ObjectKey)
  const sources = sourcesOf(rows)
  for (let index = 0; index < sources.length; index++)
    graph.addReference(sources[index] as ObjectKey, rows.targets[index] as ObjectKey)
  const random = new Random(1)
  for (let roots = vertices / 10; roots > 0; roots--) graph.addRoot(random.below(vertices) as ObjectKey)
  const mark = graph.mark()
  mark.step(Infinity)
  let reached = 0
  for (let vertex = 0; vertex < vertices; vertex++) if (mark.isReached(vertex as ObjectKey)) reached++
  return reached
}
