/** Both reference graphs beside the limit for marking: how far from it they are, by size and by how they lie in memory. */
import { assert } from '@holdfast/core'
import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'
import { GraphologyGraph } from '@holdfast/graph/graphology'
import { compare } from '../measure/compare.js'
import { formatSpread } from '../measure/statistics.js'
import type { Cell, Suite, Table } from '../suite.js'
import { ARRANGEMENTS, type Arrangement, arrange, arrangeRows } from './arrangement.js'
import { measureCrossover } from './crossover.js'
import { CsrMark } from './csr-mark.js'
import { countReached, markGraph } from './mark-graph.js'
import { type CompressedRows, sampleGraph } from './sample-graph.js'
import { type Weights, weighGraphs } from './weigh-graphs.js'

const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const
const QUICK_SIZES = [1_000, 10_000, 100_000] as const
/** Above, graphology takes minutes to build. */
const MAX_GRAPHOLOGY_OBJECTS = 100_000
const QUICK_MAX_GRAPHOLOGY_OBJECTS = 10_000

export const markingSuite: Suite = {
  async run({ quick, progress }) {
    const sizes = quick ? QUICK_SIZES : SIZES
    const maxGraphology = quick ? QUICK_MAX_GRAPHOLOGY_OBJECTS : MAX_GRAPHOLOGY_OBJECTS
    const cases = sizes.flatMap((objects) =>
      ARRANGEMENTS.map((arrangement) => ({ objects, arrangement, withGraphology: objects <= maxGraphology })),
    )
    // All of these before the first clock: what timing leaves behind would be weighed, too.
    const weights: Weights[] = []
    for (const each of cases) {
      progress(`weighing ${each.objects} objects, ${each.arrangement}`)
      weights.push(await weighGraphs(each))
    }
    const rows = cases.map((each, index) => {
      progress(`marking ${each.objects} objects, ${each.arrangement}`)
      return markingRow({ ...each, weights: weights[index], quick })
    })
    progress('where graphology falls behind')
    return [markingTable(rows), await measureCrossover(quick)]
  },
}

function markingTable(rows: readonly (readonly Cell[])[]): Table {
  return {
    title: 'Marking: one mark of the whole graph',
    columns: [
      { name: 'objects' },
      { name: 'references' },
      { name: 'order' },
      { name: 'CSR ms', digits: 3 },
      { name: 'CSR ns/ref', digits: 1 },
      { name: 'compact × CSR' },
      { name: 'graphology × CSR' },
      { name: 'compact B/object' },
      { name: 'of it arrays' },
      { name: 'graphology B/object' },
    ],
    rows,
    notes: [
      'CSR: compressed rows in typed arrays, the limit. ns/ref counts references of live objects. × is a median (lowest–highest) of rounds.',
      'Half of the objects are garbage; 3.2 references an object. Bytes hold an object with its references; arrays leave out the table of keys.',
    ],
  }
}

interface MarkingCase {
  readonly objects: number
  readonly arrangement: Arrangement
  readonly withGraphology: boolean
  readonly weights: Weights
  readonly quick: boolean
}

function markingRow({ objects, arrangement, withGraphology, weights, quick }: MarkingCase): Cell[] {
  const sample = sampleGraph(objects, 1)
  const { rows, root } = arrangeRows(sample, arrangement)
  const csr = new CsrMark(rows)
  const live = csr.mark(root)
  const graphs: { name: string; graph: ReferenceGraph }[] = [{ name: 'compact', graph: new CompactGraph() }]
  if (withGraphology) graphs.push({ name: 'graphology', graph: new GraphologyGraph() })
  for (const { name, graph } of graphs) {
    arrange(graph, sample, arrangement)
    assert(countReached(graph) === live, 'a graph reaches what the limit reaches', { name, objects, arrangement })
  }
  const [limit, ...compared] = compare(
    [
      { name: 'csr', run: () => csr.mark(root) },
      ...graphs.map(({ name, graph }) => ({ name, run: () => markGraph(graph) })),
    ],
    quick ? { rounds: 5, timeMs: 50 } : { rounds: 9, timeMs: 200 },
  )
  return [
    objects,
    rows.targets.length,
    arrangement,
    limit.ms.median,
    (limit.ms.median * 1e6) / liveReferences(csr, rows),
    formatSpread(compared[0].ratio),
    withGraphology ? formatSpread(compared[1].ratio) : null,
    weights.compact / objects,
    weights.compactArrays / objects,
    weights.graphology === null ? null : weights.graphology / objects,
  ]
}

function liveReferences(csr: CsrMark, { offsets }: CompressedRows): number {
  let count = 0
  for (let object = 0; object + 1 < offsets.length; object++)
    if (csr.isReached(object)) count += offsets[object + 1] - offsets[object]
  return count
}
