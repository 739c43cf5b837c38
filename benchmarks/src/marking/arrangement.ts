/**
 * Ways for a graph to lie in memory. `in order`: objects and references were added by number. `shuffled`: in any order.
 * `churned`: in any order, and then a life: the garbage is swept and comes back in any order, and every object lets go of a
 * reference and takes it again, in any order.
 */
import { type ObjectKey, Random } from '@holdfast/core'
import type { ReferenceGraph } from '@holdfast/graph'
import { type CompressedRows, compressRows, sourcesOf } from './sample-graph.js'

export const ARRANGEMENTS = ['in order', 'shuffled', 'churned'] as const
export type Arrangement = (typeof ARRANGEMENTS)[number]

const SEED = 7

/** Builds a graph in an arrangement; object 0 is its only root. */
export function arrange(graph: ReferenceGraph, rows: CompressedRows, arrangement: Arrangement): void {
  const random = new Random(SEED)
  const objects = rows.offsets.length - 1
  const shuffled = arrangement !== 'in order'
  const sources = sourcesOf(rows)
  for (const object of shuffled ? permutation(objects, random) : identity(objects)) graph.addObject(object as ObjectKey)
  for (const index of shuffled ? permutation(sources.length, random) : identity(sources.length))
    graph.addReference(sources[index] as ObjectKey, rows.targets[index] as ObjectKey)
  graph.addRoot(0 as ObjectKey)
  if (arrangement === 'churned') churn(graph, rows, random)
}

function churn(graph: ReferenceGraph, rows: CompressedRows, random: Random): void {
  const objects = rows.offsets.length - 1
  const mark = graph.mark()
  mark.step(Infinity)
  const whites = Uint32Array.from(mark.whites())
  graph.sweep(mark)
  for (const place of permutation(whites.length, random)) graph.addObject(whites[place] as ObjectKey)
  for (const place of permutation(whites.length, random)) {
    const source = whites[place]
    for (let index = rows.offsets[source]; index < rows.offsets[source + 1]; index++)
      graph.addReference(source as ObjectKey, rows.targets[index] as ObjectKey)
  }
  for (const source of permutation(objects, random)) renewReference(graph, rows, source, random)
}

function renewReference(graph: ReferenceGraph, rows: CompressedRows, source: number, random: Random): void {
  const degree = rows.offsets[source + 1] - rows.offsets[source]
  if (degree === 0) return
  const target = rows.targets[rows.offsets[source] + random.below(degree)] as ObjectKey
  graph.removeReference(source as ObjectKey, target)
  graph.addReference(source as ObjectKey, target)
}

/** Half of the objects, in any order, let go of a reference and take it again: a seventh of all references. */
export function renewReferences(graph: ReferenceGraph, rows: CompressedRows, random: Random): void {
  const objects = rows.offsets.length - 1
  for (let count = 0; count < objects / 2; count++) renewReference(graph, rows, random.below(objects), random)
}

/**
 * The rows as they lie for the limit: renumbered unless in order. After churn the limit stays as it was; compressed rows know no
 * other life than being built anew.
 */
export function arrangeRows(rows: CompressedRows, arrangement: Arrangement): { rows: CompressedRows; root: number } {
  if (arrangement === 'in order') return { rows, root: 0 }
  const objects = rows.offsets.length - 1
  const order = permutation(objects, new Random(SEED))
  const places = new Uint32Array(objects)
  for (let place = 0; place < objects; place++) places[order[place]] = place
  const sources = sourcesOf(rows).map((object) => places[object])
  return {
    rows: compressRows(
      objects,
      sources,
      rows.targets.map((object) => places[object]),
    ),
    root: places[0],
  }
}

const identity = (length: number): Uint32Array => Uint32Array.from({ length }, (_, index) => index)

/** Fisher and Yates. */
function permutation(length: number, random: Random): Uint32Array {
  const order = identity(length)
  for (let last = length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const kept = order[last]
    order[last] = order[other]
    order[other] = kept
  }
  return order
}
