/** Marks at one go put the links in order: nothing but their places may change. */
import { Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { DenseGraph } from '../src/dense-graph.js'
import { NONE } from '../src/link-store.js'
import { allocated, checkDenseGraph, reachable } from './support/check-dense-graph.js'

/** As many links as are worth an order. */
const LENGTH = 40_000

/** A chain whose links were taken in any order; its first object is the root. */
function scatteredChain(): DenseGraph {
  const graph = new DenseGraph()
  for (let index = 0; index <= LENGTH; index++) graph.allocate()
  const order = Uint32Array.from({ length: LENGTH }, (_, index) => index)
  const random = new Random(5)
  for (let last = LENGTH - 1; last > 0; last--) {
    const other = random.below(last + 1)
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  for (const index of order) graph.addReference(index, index + 1)
  graph.addRoot(0)
  return graph
}

/** The links of the chain, as they are met. */
const linksOfChain = (graph: DenseGraph): number[] =>
  Array.from({ length: LENGTH }, (_, index) => graph.firstLink(index))

/** How many links follow the one met before them. */
const inOrder = (links: readonly number[]): number =>
  links.filter((link, place) => place > 0 && link === links[place - 1] + 1).length

function targets(graph: DenseGraph): number[][] {
  return allocated(graph).map((index) => {
    const found: number[] = []
    for (let link = graph.firstLink(index); link !== NONE; link = graph.nextLink(link))
      found.push(graph.linkTarget(link))
    return found
  })
}

function markWhole(graph: DenseGraph): void {
  graph.beginMark()
  expect(graph.markStep(Infinity)).toBe(true)
}

describe('a mark at one go', () => {
  it('leaves the links as it met them, and none of the memory that freed ones had', () => {
    const graph = scatteredChain()
    const hub = graph.allocate()
    for (let link = 0; link < 3 * LENGTH; link++) graph.addReference(hub, hub)
    for (let link = 0; link < 3 * LENGTH; link++) graph.removeReference(hub, hub)
    const before = graph.memoryBytes
    expect(inOrder(linksOfChain(graph))).toBeLessThan(LENGTH / 100)
    markWhole(graph)
    expect(inOrder(linksOfChain(graph))).toBe(LENGTH - 1)
    graph.endMark()
    expect(before - graph.memoryBytes).toBeGreaterThan(2.5 * LENGTH * 8)
    checkDenseGraph(graph)
  })

  it.each([
    ['a slice has gone before', (graph: DenseGraph) => void graph.markStep(10)],
    ['an object came while it was under way', (graph: DenseGraph) => graph.addReference(graph.allocate(), 0)],
  ])('leaves the links where they are when %s', (_what, disturb) => {
    const graph = scatteredChain()
    graph.beginMark()
    disturb(graph)
    const before = linksOfChain(graph)
    expect(graph.markStep(Infinity)).toBe(true)
    expect(linksOfChain(graph)).toEqual(before)
    checkDenseGraph(graph)
  })

  it('does it again once an eighth of them are new', () => {
    const graph = scatteredChain()
    markWhole(graph)
    for (let index = 0; index < LENGTH / 8; index++) {
      graph.removeReference(index * 7, index * 7 + 1)
      graph.addReference(index * 7, index * 7 + 1)
    }
    const before = linksOfChain(graph)
    markWhole(graph)
    expect(linksOfChain(graph)).toEqual(before)
    graph.removeReference(3, 4)
    graph.addReference(3, 4)
    markWhole(graph)
    expect(inOrder(linksOfChain(graph))).toBe(LENGTH - 1)
  })

  it('changes nothing else, in a life with marks in slices and at one go', () => {
    const random = new Random(11)
    const graph = new DenseGraph()
    let moved = 0
    for (let index = 0; index < 12_000; index++) graph.allocate()
    for (let round = 0; round < 12; round++) {
      const indices = allocated(graph)
      while (graph.rootedCount < 5) graph.addRoot(random.pick(indices))
      while (graph.referenceCount < LENGTH) graph.addReference(random.pick(indices), random.pick(indices))
      const before = targets(graph)
      const places = indices.map((index) => graph.firstLink(index))
      graph.beginMark()
      if (random.chance(0.5)) graph.shade(random.pick(indices))
      if (random.chance(0.3)) while (!graph.markStep(1 + random.below(5_000)));
      else graph.markStep(Infinity)
      expect(targets(graph)).toEqual(before)
      if (indices.some((index, place) => graph.firstLink(index) !== places[place])) moved++
      checkDenseGraph(graph)
      for (let change = 0; change < 200; change++) graph.addReference(random.pick(indices), random.pick(indices))
      while (!graph.markStep(1_000));
      checkDenseGraph(graph)
      const living = reachable(graph)
      if (random.chance(0.5)) {
        graph.sweepWhite()
        for (const index of living) expect(graph.isAllocated(index)).toBe(true)
      }
      graph.endMark()
      for (let index = 0; index < 500; index++) graph.allocate()
      for (const index of random.chance(0.5) ? indices : [])
        if (graph.isAllocated(index) && graph.firstLink(index) !== NONE)
          graph.removeReference(index, graph.linkTarget(graph.firstLink(index)))
      checkDenseGraph(graph)
    }
    expect(moved).toBeGreaterThan(3)
  })
})
