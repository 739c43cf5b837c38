import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'
import { GraphologyGraph } from '@holdfast/graph/graphology'
import { weigh } from '../measure/memory.js'
import { type Arrangement, arrange } from './arrangement.js'
import { type CompressedRows, sampleGraph } from './sample-graph.js'

/** What graphs of one kind weigh, in bytes. */
export interface Weights {
  readonly compact: number
  /** Of it the typed arrays, without the table of keys. */
  readonly compactArrays: number
  /** Null where it was left out. */
  readonly graphology: number | null
}

/** Small graphs are weighed by the dozen, up to so many objects in all. */
const WEIGHED_OBJECTS = 20_000

export async function weighGraphs(graph: {
  objects: number
  arrangement: Arrangement
  withGraphology: boolean
}): Promise<Weights> {
  const { objects, arrangement, withGraphology } = graph
  const rows = sampleGraph(objects, 1)
  const copies = Math.max(1, Math.floor(WEIGHED_OBJECTS / objects))
  const compact = await weigh(() => built(new CompactGraph(), rows, arrangement), copies)
  const graphology = withGraphology ? await weigh(() => built(new GraphologyGraph(), rows, arrangement), copies) : null
  return {
    compact: compact.bytes,
    compactArrays: compact.value.memoryBytes,
    graphology: graphology === null ? null : graphology.bytes,
  }
}

function built<Graph extends ReferenceGraph>(graph: Graph, rows: CompressedRows, arrangement: Arrangement): Graph {
  arrange(graph, rows, arrangement)
  return graph
}
