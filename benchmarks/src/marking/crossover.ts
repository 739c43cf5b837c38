/**
 * Where graphology falls behind: up to how many vertices a coordinator may build its collage on it. It is slower at every size;
 * what it offers is its ecosystem. So the question is from where on it is felt: building a collage, marking it and asking
 * costs a round more on graphology than on the compact graph, and up to the crossover that is no more than the shortest round
 * there is takes anyway (a ring of two hops on two workers), measured in the same run.
 */
import { type ObjectKey, Random } from '@holdfast/core'
import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'
import { GraphologyGraph } from '@holdfast/graph/graphology'
import { type Comparison, compare } from '../measure/compare.js'
import { median } from '../measure/statistics.js'
import { measureHeldRounds } from '../rings/measure-ring.js'
import type { Table } from '../suite.js'
import { type CompressedRows, sampleGraph, sourcesOf } from './sample-graph.js'

const VERTICES = [30, 100, 200, 300, 500, 1000, 2000, 5000] as const
/** Two significant digits are all that this is good for. */
const SIGNIFICANT = 2

export async function measureCrossover(quick: boolean): Promise<Table> {
  const options = quick ? { rounds: 5, timeMs: 30 } : { rounds: 15, timeMs: 100 }
  const roundMs = median(await measureHeldRounds({ hops: 2, nodes: 2, rounds: quick ? 50 : 300 }))
  const measured = VERTICES.map((vertices) => {
    const rows = sampleGraph(vertices, 3)
    const [compact, graphology] = compare(
      [
        { name: 'compact', run: () => collage(new CompactGraph(), rows) },
        { name: 'graphology', run: () => collage(new GraphologyGraph(), rows) },
      ],
      options,
    )
    return { vertices, compact, graphology, extraMs: graphology.ms.median - compact.ms.median }
  })
  const crossover = crossing(measured, roundMs)
  return {
    title: 'Collages: build, mark and ask, by vertices',
    columns: [
      { name: 'vertices' },
      { name: 'compact ms', digits: 3 },
      { name: 'graphology ms', digits: 3 },
      { name: '× compact', digits: 1 },
      { name: 'extra ms', digits: 3 },
      { name: 'extra × round', digits: 2 },
    ],
    rows: measured.map(({ vertices, compact, graphology, extraMs }) => [
      vertices,
      compact.ms.median,
      graphology.ms.median,
      graphology.ratio.median,
      extraMs,
      extraMs / roundMs,
    ]),
    notes: [
      `The shortest round, a ring of two hops on two workers that is still held, takes ${roundMs.toFixed(3)} ms.`,
      `Graphology makes a round more than twice as long above ${crossover} vertices (GRAPHOLOGY_VERTICES in @holdfast/worker).`,
    ],
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

interface Measured {
  readonly vertices: number
  readonly extraMs: number
  readonly compact: Comparison
  readonly graphology: Comparison
}

/** The number of vertices where the extra time reaches the limit, on a straight line between the two sizes about it. */
function crossing(measured: readonly Measured[], limitMs: number): string {
  const after = measured.findIndex(({ extraMs }) => extraMs > limitMs)
  if (after < 0) return `more than ${measured.at(-1)?.vertices}`
  if (after === 0) return `less than ${measured[0].vertices}`
  const [low, high] = [measured[after - 1], measured[after]]
  const share = (limitMs - low.extraMs) / (high.extraMs - low.extraMs)
  return String(Number((low.vertices + share * (high.vertices - low.vertices)).toPrecision(SIGNIFICANT)))
}
