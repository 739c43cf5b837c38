import { Random, UsageError } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { DenseGraph } from '../src/dense-graph.js'
import { NONE } from '../src/link-store.js'
import { BLACK, GREY, WHITE } from '../src/marker.js'
import { allocated, checkDenseGraph, reachable } from './support/check-dense-graph.js'

function graphOf(objects: number, references: readonly (readonly [number, number])[] = []): DenseGraph {
  const graph = new DenseGraph()
  for (let index = 0; index < objects; index++) graph.allocate()
  for (const [from, to] of references) graph.addReference(from, to)
  return graph
}

function targets(graph: DenseGraph, from: number): number[] {
  const found: number[] = []
  for (let link = graph.firstLink(from); link !== NONE; link = graph.nextLink(link)) found.push(graph.linkTarget(link))
  return found.sort((a, b) => a - b)
}

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action()
    return undefined
  } catch (error) {
    if (error instanceof UsageError) return error.code
    throw error
  }
}

describe('the indices of a dense graph', () => {
  it('are handed out in order and reused', () => {
    const graph = graphOf(5)
    expect(allocated(graph)).toEqual([0, 1, 2, 3, 4])
    graph.free(3)
    graph.free(1)
    expect([graph.isAllocated(1), graph.isAllocated(5), graph.isAllocated(-1)]).toEqual([false, false, false])
    expect([graph.allocate(), graph.allocate(), graph.allocate()]).toEqual([1, 3, 5])
    expect([graph.objectCount, graph.capacity]).toEqual([6, 6])
  })

  it('are refused where nothing is allocated', () => {
    const graph = graphOf(2)
    graph.free(1)
    graph.beginMark()
    for (const index of [1, 2, 1000, -1, 0.5, Number.NaN]) {
      const actions = [
        () => graph.free(index),
        () => graph.addReference(0, index),
        () => graph.addReference(index, 0),
        () => graph.removeReference(index, 0),
        () => graph.addRoot(index),
        () => graph.removeRoot(index),
        () => graph.shade(index),
      ]
      for (const action of actions) expect(codeOf(action)).toBe('no-such-object')
    }
    checkDenseGraph(graph)
  })

  it('stay taken while referred to or rooted', () => {
    const graph = graphOf(3, [
      [0, 1],
      [2, 2],
    ])
    graph.addRoot(0)
    for (const index of [0, 1, 2]) expect(codeOf(() => graph.free(index))).toBe('object-in-use')
    graph.removeRoot(0)
    graph.free(0)
    graph.free(1)
    expect(graph.removeReference(2, 2)).toBe(true)
    graph.free(2)
    expect([graph.objectCount, graph.referenceCount, graph.rootedCount]).toEqual([0, 0, 0])
  })
})

describe('the references of a dense graph', () => {
  it('are counted with their parallels and removed one by one', () => {
    const graph = graphOf(3, [
      [0, 1],
      [0, 2],
      [0, 1],
      [0, 0],
    ])
    expect(targets(graph, 0)).toEqual([0, 1, 1, 2])
    expect([graph.countReferences(0, 1), graph.inDegree(1), graph.referenceCount]).toEqual([2, 2, 4])
    expect([1, 1, 1].map((to) => graph.removeReference(0, to))).toEqual([true, true, false])
    expect(targets(graph, 0)).toEqual([0, 2])
    expect([graph.countReferences(0, 1), graph.inDegree(1), graph.referenceCount]).toEqual([0, 0, 2])
    checkDenseGraph(graph)
  })

  it('take no memory that released ones have left, over endless churn', () => {
    const graph = graphOf(100)
    const random = new Random(5)
    const churn = (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        const from = random.below(100)
        const first = graph.firstLink(from)
        if (first !== NONE && graph.referenceCount >= 300) graph.removeReference(from, graph.linkTarget(first))
        else if (graph.referenceCount < 320) graph.addReference(from, random.below(100))
      }
    }
    churn(2_000)
    const before = graph.memoryBytes
    churn(50_000)
    expect(graph.memoryBytes).toBe(before)
    checkDenseGraph(graph)
  })

  it('take no memory that swept and freed objects have left', () => {
    const graph = new DenseGraph()
    const live = () => {
      const indices = Array.from({ length: 100 }, () => graph.allocate())
      for (const from of indices) for (let step = 0; step < 5; step++) graph.addReference(from, indices[step])
      return indices
    }
    const collect = () => {
      graph.beginMark()
      expect([graph.markStep(1), graph.sweepWhite()]).toEqual([true, 100])
      graph.endMark()
    }
    live()
    collect()
    const before = graph.memoryBytes
    for (let round = 0; round < 50; round++) {
      live()
      collect()
      const source = graph.allocate()
      const target = graph.allocate()
      for (let parallel = 0; parallel < 400; parallel++) graph.addReference(source, target)
      graph.free(source)
      graph.free(target)
      checkDenseGraph(graph)
    }
    expect(graph.memoryBytes).toBe(before)
  })

  it('take at most 40 bytes an object with 3.2 of them', () => {
    const objects = 100_000
    const graph = graphOf(objects)
    for (let index = 0; index < objects * 3.2; index++) graph.addReference(index % objects, (index * 7) % objects)
    expect(graph.memoryBytes / objects).toBeLessThanOrEqual(40)
  })

  it('need no further memory once room was reserved', () => {
    const graph = new DenseGraph()
    graph.reserve(1_000, 5_000)
    const before = graph.memoryBytes
    for (let index = 0; index < 1_000; index++) graph.allocate()
    for (let index = 0; index < 5_000; index++) graph.addReference(index % 1_000, (index * 3) % 1_000)
    expect(graph.memoryBytes).toBe(before)
    checkDenseGraph(graph)
  })
})

describe('a mark of a dense graph', () => {
  it('goes from white over grey to black', () => {
    const graph = graphOf(4, [
      [0, 1],
      [2, 3],
    ])
    graph.addRoot(0)
    graph.beginMark()
    expect([0, 1, 2, 3].map((index) => graph.colorOf(index))).toEqual([GREY, WHITE, WHITE, WHITE])
    expect([graph.marking, graph.markFinished]).toEqual([true, false])
    expect(graph.markStep(2)).toBe(false)
    expect(graph.colorOf(1)).toBe(GREY)
    expect(graph.markStep(100)).toBe(true)
    expect([0, 1, 2, 3].map((index) => graph.colorOf(index))).toEqual([BLACK, BLACK, WHITE, WHITE])
    graph.shade(2)
    expect([graph.markFinished, graph.markStep(100)]).toEqual([false, true])
    expect([2, 3].map((index) => graph.colorOf(index))).toEqual([BLACK, BLACK])
    graph.endMark()
    expect([graph.marking, graph.markFinished]).toEqual([false, false])
  })

  it('visits no more than its budget, also inside the references of one object', () => {
    const graph = graphOf(1_001)
    for (let index = 1; index <= 1_000; index++) graph.addReference(0, index)
    graph.addRoot(0)
    graph.beginMark()
    graph.markStep(101)
    const shaded = allocated(graph).filter((index) => graph.colorOf(index) !== WHITE).length
    expect(shaded).toBeGreaterThan(40)
    expect(shaded).toBeLessThanOrEqual(101)
    expect(graph.colorOf(0)).toBe(GREY)
    let steps = 1
    while (!graph.markStep(100)) steps++
    // 1,001 objects and 1,000 references at 100 a step; the last object's end is noticed in a step of its own or not.
    expect(steps).toBeGreaterThanOrEqual(19)
    expect(steps).toBeLessThanOrEqual(21)
  })

  it('outlives the removal of the very references and objects it is scanning', () => {
    const width = 60
    for (let budget = 1; budget < 40; budget++) {
      const graph = graphOf(width)
      for (let from = 0; from < 20; from++)
        for (let step = 1; step < 4; step++) graph.addReference(from, (from * 3 + step) % width)
      graph.addRoot(0)
      graph.beginMark()
      graph.markStep(budget)
      for (let from = 0; from < 20; from += 2) {
        graph.removeReference(from, (from * 3 + 2) % width)
        graph.removeReference(from, (from * 3 + 1) % width)
      }
      for (const index of allocated(graph))
        if (graph.inDegree(index) === 0 && graph.rootCount(index) === 0) graph.free(index)
      checkDenseGraph(graph)
      graph.addReference(0, graph.allocate())
      while (!graph.markStep(1)) checkDenseGraph(graph)
      for (const index of reachable(graph)) expect(graph.colorOf(index)).toBe(BLACK)
    }
  })

  it('does not reach through an object that was freed before it was scanned to the end', () => {
    const width = 40
    for (let budget = 1; budget < 4 * width; budget++) {
      // Two roots; what only they refer to is garbage as soon as both are freed.
      const graph = graphOf(2 + 2 * width)
      for (let index = 0; index < width; index++) {
        graph.addReference(0, 2 + index)
        graph.addReference(1, 2 + width + index)
      }
      graph.addRoot(0)
      graph.addRoot(1)
      graph.beginMark()
      graph.markStep(budget)
      const shaded = allocated(graph).filter((index) => index > 1 && graph.colorOf(index) !== WHITE)
      for (const root of [0, 1]) {
        graph.removeRoot(root)
        graph.free(root)
      }
      if (budget % 2 === 0) graph.allocate()
      while (!graph.markStep(3));
      const reached = allocated(graph).filter((index) => index > 1 && graph.colorOf(index) !== WHITE)
      expect(reached).toEqual(shaded)
    }
  })

  it('keeps a grey set of any size', () => {
    // Hubs enough to keep every lane busy: nothing is taken from the grey set while they fill it.
    const hubs = 40
    const spokes = 500
    const graph = graphOf(1 + hubs + 2 * hubs * spokes)
    for (let hub = 1; hub <= hubs; hub++) {
      graph.addReference(0, hub)
      for (let nth = 0; nth < spokes; nth++) {
        const spoke = 1 + hubs + (hub - 1) * spokes + nth
        graph.addReference(hub, spoke)
        graph.addReference(spoke, spoke + hubs * spokes)
      }
    }
    graph.addRoot(0)
    graph.beginMark()
    while (!graph.markStep(1_000));
    expect(allocated(graph).filter((index) => graph.colorOf(index) !== BLACK)).toEqual([])
  })

  it('visits each object and each reference once', () => {
    const graph = graphOf(20)
    for (let from = 0; from < 20; from++)
      for (let to = 0; to < 20; to++) for (let parallel = 0; parallel < 3; parallel++) graph.addReference(from, to)
    graph.addRoot(0)
    graph.beginMark()
    expect(graph.markStep(20 + 1_200 - 1)).toBe(false)
    // One for the last reference, one more to notice that it was the last.
    expect(graph.markStep(2)).toBe(true)
  })

  it('follows a chain of a million objects', () => {
    const length = 1_000_000
    const graph = graphOf(length)
    for (let index = 1; index < length; index++) graph.addReference(index - 1, index)
    graph.addRoot(0)
    graph.beginMark()
    while (!graph.markStep(100_000));
    expect(graph.colorOf(length - 1)).toBe(BLACK)
    graph.removeRoot(0)
    graph.beginMark()
    expect(graph.markStep(1)).toBe(true)
    expect(graph.sweepWhite()).toBe(length)
    expect([graph.objectCount, graph.referenceCount]).toEqual([0, 0])
  })

  it('gives the memory of a wide grey set back when it ends', () => {
    const graph = graphOf(50_000)
    for (let index = 0; index < 50_000; index++) graph.addRoot(index)
    const before = graph.memoryBytes
    graph.beginMark()
    expect(graph.memoryBytes).toBeGreaterThanOrEqual(before + 4 * 49_000)
    graph.endMark()
    expect(graph.memoryBytes).toBe(before)
  })
})

describe('a sweep of a dense graph', () => {
  it('shows every white object before it frees any', () => {
    const graph = graphOf(5, [
      [1, 2],
      [2, 1],
      [2, 0],
      [2, 0],
      [3, 2],
      [0, 4],
    ])
    graph.addRoot(0)
    graph.beginMark()
    graph.markStep(100)
    const seen: [number, number[]][] = []
    expect(graph.sweepWhite((index) => seen.push([index, targets(graph, index)]))).toBe(3)
    expect(seen).toEqual([
      [1, [2]],
      [2, [0, 0, 1]],
      [3, [2]],
    ])
    expect([graph.objectCount, graph.referenceCount, graph.inDegree(0), graph.inDegree(4)]).toEqual([2, 1, 0, 1])
    checkDenseGraph(graph)
    expect(graph.sweepWhite()).toBe(0)
  })

  it('happens whole or not at all', () => {
    const graph = graphOf(3, [
      [0, 1],
      [1, 2],
    ])
    expect(codeOf(() => graph.sweepWhite())).toBe('no-mark')
    expect(codeOf(() => graph.markStep(1))).toBe('no-mark')
    expect(codeOf(() => graph.shade(1))).toBe('no-mark')
    graph.addRoot(2)
    graph.beginMark()
    expect(codeOf(() => graph.sweepWhite())).toBe('mark-not-finished')
    graph.markStep(100)
    expect(codeOf(() => graph.sweepWhite((index) => graph.shade(index)))).toBe('mark-not-finished')
    expect(graph.objectCount).toBe(3)
    expect(graph.markStep(100)).toBe(true)
    expect(graph.sweepWhite()).toBe(0)
  })
})
