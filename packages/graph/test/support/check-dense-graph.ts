import { assert } from '@holdfast/core'
import type { DenseGraph } from '../../src/dense-graph.js'
import { NONE } from '../../src/link-store.js'
import { BLACK, WHITE } from '../../src/marker.js'

/**
 * Recomputes from the links everything that a dense graph counts, and looks for references from black to white.
 * O(everything).
 */
export function checkDenseGraph(graph: DenseGraph): void {
  const inDegrees = new Map<number, number>()
  let objects = 0
  let references = 0
  let rooted = 0
  for (let index = 0; index < graph.capacity; index++) {
    if (!graph.isAllocated(index)) continue
    objects++
    if (graph.rootCount(index) > 0) rooted++
    for (let link = graph.firstLink(index); link !== NONE; link = graph.nextLink(link)) {
      const target = graph.linkTarget(link)
      references++
      inDegrees.set(target, (inDegrees.get(target) ?? 0) + 1)
      assert(graph.isAllocated(target), 'references lead to objects', { index, target })
      const hidden = graph.marking && graph.colorOf(index) === BLACK && graph.colorOf(target) === WHITE
      assert(!hidden, 'nothing black refers to anything white', { index, target })
    }
  }
  for (let index = 0; index < graph.capacity; index++)
    if (graph.isAllocated(index)) {
      const expected = inDegrees.get(index) ?? 0
      assert(graph.inDegree(index) === expected, 'the in-degree is true', {
        index,
        expected,
        is: graph.inDegree(index),
      })
    }
  const counted = { objects: graph.objectCount, references: graph.referenceCount, rooted: graph.rootedCount }
  const truth = { objects, references, rooted }
  assert(JSON.stringify(counted) === JSON.stringify(truth), 'the counts are true', { counted, truth })
}

/** What the roots reach, by a plain search. */
export function reachable(graph: DenseGraph): Set<number> {
  const reached = new Set<number>()
  for (let index = 0; index < graph.capacity; index++)
    if (graph.isAllocated(index) && graph.rootCount(index) > 0) reached.add(index)
  for (const index of reached)
    for (let link = graph.firstLink(index); link !== NONE; link = graph.nextLink(link))
      reached.add(graph.linkTarget(link))
  return reached
}

/** The allocated indices, ascending. */
export function allocated(graph: DenseGraph): number[] {
  return Array.from({ length: graph.capacity }, (_, index) => index).filter((index) => graph.isAllocated(index))
}
