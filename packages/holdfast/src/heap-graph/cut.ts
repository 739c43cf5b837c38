/**
 * What the program lets go of, drawn with xorshift32 (`Random.next`), so that a seed means the same cut everywhere:
 * - `edges k`: references whose source is live, drawn among all references;
 * - `nodes k`: live objects that are no root, drawn among all objects; every reference *to* them goes;
 * - `roots k`: root entries, drawn among all.
 * A draw that is not eligible or was drawn before counts against the limit of 400·k + 1000 draws. `all` draws nothing.
 * The outcome names references and root entries by their index, so nobody has to repeat the draw to check what was cut.
 */
import { Random, UsageError } from '@holdfast/core'
import { type HeapGraph, objectCount } from './heap-graph.js'
import { reachable } from './reachable.js'

/** What is cut. */
export const CUTS = ['edges', 'nodes', 'roots'] as const
export type CutKind = (typeof CUTS)[number]

/** What to draw. */
export interface CutRequest {
  readonly kind: CutKind
  readonly count: number | 'all'
  /** Of the draw; 0 is taken as 1. */
  readonly seed: number
}

/** What was drawn. */
export interface Cut {
  /** Indexes of the references that go, ascending. */
  readonly references: Uint32Array
  /** Indexes of the root entries that go, ascending. */
  readonly roots: Uint32Array
  /** How many were asked for. */
  readonly requested: number
  /** How many were drawn: fewer only when the draw was given up. */
  readonly drawn: number
}

/** Draws a cut. O(objects + references + roots + draws). @throws UsageError `bad-count` when there are not that many */
export function drawCut(graph: HeapGraph, request: CutRequest): Cut {
  const eligible = eligibleFor(graph, request.kind)
  const available = eligible.reduce((sum, flag) => sum + flag, 0)
  const requested = request.count === 'all' ? available : request.count
  if (!Number.isInteger(requested) || requested < 0)
    throw new UsageError('bad-count', `a count is a non-negative integer or 'all', not ${requested}`)
  if (requested > available)
    throw new UsageError(
      'bad-count',
      `${requested} ${CUT_WORDS[request.kind]} are more than the ${available} there are`,
    )
  const chosen = request.count === 'all' ? eligible : draw(eligible, requested, request.seed)
  const indexes = indexesOf(chosen)
  const none = new Uint32Array(0)
  return {
    references: request.kind === 'edges' ? indexes : request.kind === 'nodes' ? referencesTo(graph, chosen) : none,
    roots: request.kind === 'roots' ? indexes : none,
    requested,
    drawn: indexes.length,
  }
}

/** What is drawn, in words: "node" means a member of the cluster everywhere else. */
export const CUT_WORDS: Readonly<Record<CutKind, string>> = {
  edges: 'references of live objects',
  nodes: 'live objects that are no root',
  roots: 'root entries',
}

/** 1 for whatever may be drawn, 0 for the rest. */
function eligibleFor(graph: HeapGraph, kind: CutKind): Uint8Array {
  if (kind === 'roots') return new Uint8Array(graph.roots.length).fill(1)
  const live = reachable(graph)
  if (kind === 'nodes') {
    for (const root of graph.roots) live[root] = 0
    return live
  }
  const eligible = new Uint8Array(graph.targets.length)
  for (let object = 0; object < objectCount(graph); object++) {
    if (live[object] === 1) eligible.fill(1, graph.offsets[object], graph.offsets[object + 1])
  }
  return eligible
}

function draw(eligible: Uint8Array, count: number, seed: number): Uint8Array {
  const random = new Random(seed)
  const chosen = new Uint8Array(eligible.length)
  const limit = 400 * count + 1000
  for (let draws = 0, left = count; left > 0 && draws < limit; draws++) {
    // The remainder and not `below`: fingerprints depend on it.
    const index = random.next() % eligible.length
    if (eligible[index] === 0 || chosen[index] === 1) continue
    chosen[index] = 1
    left--
  }
  return chosen
}

function referencesTo(graph: HeapGraph, objects: Uint8Array): Uint32Array {
  return indexesOf(Uint8Array.from(graph.targets, (target) => objects[target]))
}

function indexesOf(flags: Uint8Array): Uint32Array {
  const indexes = new Uint32Array(flags.reduce((sum, flag) => sum + flag, 0))
  for (let index = 0, at = 0; index < flags.length; index++) if (flags[index] === 1) indexes[at++] = index
  return indexes
}
