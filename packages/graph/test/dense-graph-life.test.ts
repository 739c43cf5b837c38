/**
 * A random life of a dense graph, checked after every change: the counts, the tri-color invariant, and what a sweep
 * leaves.
 */
import { Random } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DenseGraph } from '../src/dense-graph.js'
import { NONE } from '../src/link-store.js'
import { allocated, checkDenseGraph, reachable } from './support/check-dense-graph.js'

/** One random change; dense enough that lanes, cursors and free lists all see traffic. */
function change(graph: DenseGraph, random: Random): void {
  const indices = allocated(graph)
  const dice = random.below(100)
  if (indices.length < 3 || dice < 15) graph.allocate()
  else if (dice < 45) graph.addReference(random.pick(indices), random.pick(indices))
  else if (dice < 60) removeSome(graph, random, indices)
  else if (dice < 66) graph.addRoot(random.pick(indices))
  else if (dice < 72) {
    const rooted = indices.filter((index) => graph.rootCount(index) > 0)
    if (rooted.length > 0) graph.removeRoot(random.pick(rooted))
  } else if (dice < 76) {
    const idle = indices.filter((index) => graph.inDegree(index) === 0 && graph.rootCount(index) === 0)
    if (idle.length > 0) graph.free(random.pick(idle))
  } else if (dice < 80) graph.beginMark()
  else if (dice < 97) {
    if (graph.marking) graph.markStep(1 + random.below(12))
  } else if (graph.marking) sweep(graph)
}

function removeSome(graph: DenseGraph, random: Random, indices: readonly number[]): void {
  const from = random.pick(indices)
  let link = graph.firstLink(from)
  for (let skip = random.below(3); skip > 0 && link !== NONE && graph.nextLink(link) !== NONE; skip--)
    link = graph.nextLink(link)
  if (link !== NONE) expect(graph.removeReference(from, graph.linkTarget(link))).toBe(true)
}

function sweep(graph: DenseGraph): void {
  while (!graph.markStep(5)) checkDenseGraph(graph)
  const living = reachable(graph)
  const before = graph.objectCount
  const swept: number[] = []
  expect(graph.sweepWhite((index) => swept.push(index))).toBe(swept.length)
  expect(graph.objectCount).toBe(before - swept.length)
  for (const index of swept) expect(living.has(index)).toBe(false)
  for (const index of living) expect(graph.isAllocated(index)).toBe(true)
  graph.endMark()
}

describe('a dense graph', () => {
  it('keeps its counts true and nothing reachable white, whatever happens during a mark', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new Random(seed)
        const graph = new DenseGraph()
        for (let index = 0; index < 30; index++) graph.allocate()
        for (let step = 0; step < 250; step++) {
          change(graph, random)
          checkDenseGraph(graph)
        }
        graph.beginMark()
        while (!graph.markStep(7));
        const living = reachable(graph)
        graph.sweepWhite()
        expect(allocated(graph)).toEqual([...living].sort((a, b) => a - b))
        checkDenseGraph(graph)
      }),
      { numRuns: 150 },
    )
  })
})
