/** Those that mark the same graph: ours, the limits in JavaScript and in C, V8's own collector, and graphology. */
import { assert, Random } from '@holdfast/core'
import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'
import { weigh } from '../measure/memory.js'
import { median } from '../measure/statistics.js'
import { processorMs, processorTime, timeRuns } from '../measure/time-runs.js'
import type { Variant } from '../suite.js'
import { type Arrangement, arrange, arrangeRows, renewReferences } from './arrangement.js'
import { CMark } from './c-mark.js'
import { CsrMark } from './csr-mark.js'
import { countReached, markGraph } from './mark-graph.js'
import { type CompressedRows, sampleGraph } from './sample-graph.js'

/** Which graph to mark, and how long a round lasts. */
export interface MarkingCase {
  readonly objects: number
  readonly arrangement: Arrangement
  readonly timeMs: number
}

/** Enough for V8 to compile what builds a graph. */
const WARM_UP_OBJECTS = 2_000
/** Of one slice, in objects and references: what a caller would ask for who has 5 ms. */
const SLICE_BUDGET = 25_000
/** Marks of one round in C. */
const C_MARKS = 5

export async function startC({ objects, arrangement }: MarkingCase): Promise<Variant> {
  const { rows, root } = arrangeRows(sampleGraph(objects, 1), arrangement)
  const mark = CMark.start(rows, root)
  if (mark === null) {
    process.stderr.write('There is no cc here: nothing is compared with C.\n')
    return { round: () => ({ mark: null }) }
  }
  const { reached } = await mark.mark()
  assert(reached === new CsrMark(rows).mark(root), 'C reaches what the limit in JavaScript reaches', { reached })
  return {
    async round() {
      const times: number[] = []
      while (times.length < C_MARKS) times.push((await mark.mark()).ms)
      return { mark: median(times) }
    },
    close: () => mark.close(),
  }
}

export function startCsr({ objects, arrangement, timeMs }: MarkingCase): Variant {
  const { rows, root } = arrangeRows(sampleGraph(objects, 1), arrangement)
  const csr = new CsrMark(rows)
  return { round: () => ({ mark: timeRuns({ run: () => csr.mark(root) }, timeMs) }) }
}

export async function startCompact(given: MarkingCase): Promise<Variant> {
  const { graph, bytes, rows } = await buildGraph(() => new CompactGraph(), given)
  const random = new Random(given.objects)
  const weights = {
    'with keys': bytes / given.objects,
    'without keys': (graph.memoryBytes - graph.keyTableBytes) / given.objects,
  }
  return {
    round() {
      renewReferences(graph, rows, random)
      // It puts in order what has changed; those after it find it so.
      const firstMark = processorTime(() => markGraph(graph))
      return {
        mark: timeRuns({ run: () => markGraph(graph) }, given.timeMs),
        'first mark': firstMark,
        ...weights,
        'longest slice': longestSlice(graph),
      }
    },
  }
}

export async function startGraphology(given: MarkingCase): Promise<Variant> {
  const { GraphologyGraph } = await import('@holdfast/graph/graphology')
  const { graph, bytes } = await buildGraph(() => new GraphologyGraph(), given)
  return {
    round: () => ({
      mark: timeRuns({ run: () => markGraph(graph) }, given.timeMs),
      'with keys': bytes / given.objects,
    }),
  }
}

interface V8Object {
  readonly id: number
  readonly out: V8Object[]
}

/** V8's own full collection of the same graph of ordinary objects; what nothing reaches is gone before the clock starts. */
export function startV8({ objects, arrangement }: MarkingCase): Variant {
  const { gc } = globalThis
  assert(gc !== undefined, 'a variant runs with --expose-gc')
  const { rows, root } = arrangeRows(sampleGraph(objects, 1), arrangement)
  Object.assign(globalThis, { heap: buildObjects(rows, root) })
  return {
    round: () => ({
      mark: timeRuns(
        {
          run: () => {
            gc()
          },
        },
        0,
      ),
    }),
  }
}

function buildObjects({ offsets, targets }: ReturnType<typeof sampleGraph>, root: number): V8Object {
  const all = Array.from({ length: offsets.length - 1 }, (_, id): V8Object => ({ id, out: [] }))
  for (const { id, out } of all)
    for (let index = offsets[id]; index < offsets[id + 1]; index++) out.push(all[targets[index]])
  return all[root]
}

async function buildGraph<Graph extends ReferenceGraph>(
  create: () => Graph,
  { objects, arrangement }: MarkingCase,
): Promise<{ graph: Graph; bytes: number; rows: CompressedRows }> {
  const sample = sampleGraph(objects, 1)
  const small = sampleGraph(WARM_UP_OBJECTS, 1)
  const { value: graph, bytes } = await weigh(
    () => arranged(create(), sample, arrangement),
    () => arranged(create(), small, arrangement),
  )
  const { rows, root } = arrangeRows(sample, arrangement)
  assert(countReached(graph) === new CsrMark(rows).mark(root), 'a graph reaches what the limit reaches', { objects })
  return { graph, bytes, rows: sample }
}

function arranged<Graph extends ReferenceGraph>(graph: Graph, rows: CompressedRows, arrangement: Arrangement): Graph {
  arrange(graph, rows, arrangement)
  return graph
}

/** In ms of the processor; beginning the mark counts as a slice. */
function longestSlice(graph: ReferenceGraph): number {
  const startedAt = processorMs()
  const mark = graph.mark()
  let longest = processorMs() - startedAt
  while (!mark.finished)
    longest = Math.max(
      longest,
      processorTime(() => mark.step(SLICE_BUDGET)),
    )
  mark.end()
  return longest
}
