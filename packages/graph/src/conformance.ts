/**
 * What every `ReferenceGraph` does, as a suite: `referenceGraphConformance('MyGraph', () => new MyGraph(), { describe,
 * it, expect })`. The test functions come in as parameters, so that this runs under vitest, jest or anything alike.
 */
import { HoldfastError } from '@holdfast/core'
import type { Mark } from './mark.js'
import { objectKey, type ReferenceGraph } from './reference-graph.js'

/** What the suite needs of a test runner. */
export interface TestFunctions {
  readonly describe: (title: string, body: () => void) => void
  readonly it: (title: string, body: () => void) => void
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): void }
}

interface Kit extends TestFunctions {
  readonly create: () => ReferenceGraph
}

/** Declares the suite for one implementation. @param create gives an empty graph each time */
export function referenceGraphConformance(name: string, create: () => ReferenceGraph, functions: TestFunctions): void {
  const kit: Kit = { ...functions, create }
  functions.describe(`${name} as a ReferenceGraph`, () => {
    objectTests(kit)
    referenceTests(kit)
    rootTests(kit)
    markTests(kit)
    barrierTests(kit)
    sweepTests(kit)
    shapeTests(kit)
  })
}

const key = objectKey
const ascending = (keys: Iterable<number>): number[] => [...keys].sort((a, b) => a - b)

/** What kind of error the action throws, or nothing. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    if (error instanceof HoldfastError) return `${error.name} ${error.code}`
    throw error
  }
  return undefined
}

/** Adds objects 0 to n - 1. */
function addObjects(graph: ReferenceGraph, count: number): void {
  for (let index = 0; index < count; index++) graph.addObject(key(index))
}

function marked(graph: ReferenceGraph): Mark {
  const mark = graph.mark()
  mark.step(Number.POSITIVE_INFINITY)
  return mark
}

function objectTests({ it, expect, create }: Kit): void {
  it('has the objects that were added and not removed', () => {
    const graph = create()
    const keys = [0, 7, 4294967296, Number.MAX_SAFE_INTEGER]
    for (const each of keys) graph.addObject(key(each))
    expect(ascending(graph.objects())).toEqual(keys)
    graph.removeObject(key(7))
    expect(graph.hasObject(key(7))).toEqual(false)
    expect(graph.hasObject(key(0))).toEqual(true)
    expect(graph.objectCount).toEqual(3)
    graph.addObject(key(7))
    expect(ascending(graph.objects())).toEqual(keys)
  })

  it('refuses bad, duplicate and unknown keys', () => {
    const graph = create()
    graph.addObject(key(1))
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(codeOf(() => graph.addObject(bad as never))).toEqual('UsageError bad-key')
    expect(codeOf(() => graph.addObject(key(1)))).toEqual('UsageError object-exists')
    const unknown = key(2)
    const actions = [
      () => graph.removeObject(unknown),
      () => graph.addReference(key(1), unknown),
      () => graph.addReference(unknown, key(1)),
      () => graph.removeReference(key(1), unknown),
      () => graph.removeReference(unknown, key(1)),
      () => graph.countReferences(key(1), unknown),
      () => graph.references(unknown),
      () => graph.addRoot(unknown),
      () => graph.removeRoot(unknown),
      () => graph.rootCount(unknown),
      () => marked(graph).isReached(unknown),
    ]
    for (const action of actions) expect(codeOf(action)).toEqual('UsageError no-such-object')
    expect([graph.objectCount, graph.referenceCount, [...graph.roots()]]).toEqual([1, 0, []])
  })

  it('refuses to remove an object in use', () => {
    const graph = create()
    addObjects(graph, 3)
    graph.addReference(key(0), key(1))
    graph.addReference(key(2), key(2))
    graph.addRoot(key(0))
    for (const used of [0, 1, 2])
      expect(codeOf(() => graph.removeObject(key(used)))).toEqual('UsageError object-in-use')
    graph.removeRoot(key(0))
    graph.removeObject(key(0))
    graph.removeObject(key(1))
    graph.removeReference(key(2), key(2))
    graph.removeObject(key(2))
    expect([graph.objectCount, graph.referenceCount]).toEqual([0, 0])
  })
}

function referenceTests({ it, expect, create }: Kit): void {
  it('counts parallel references', () => {
    const graph = create()
    addObjects(graph, 2)
    graph.addReference(key(0), key(1))
    graph.addReference(key(0), key(1), 3)
    graph.addReference(key(0), key(0), 2)
    expect(graph.countReferences(key(0), key(1))).toEqual(4)
    expect(graph.countReferences(key(1), key(0))).toEqual(0)
    expect(graph.referenceCount).toEqual(6)
    graph.removeReference(key(0), key(1), 2)
    graph.removeReference(key(0), key(1))
    expect([...graph.references(key(0))].sort(([a], [b]) => a - b)).toEqual([
      [0, 2],
      [1, 1],
    ])
    graph.removeReference(key(0), key(1))
    expect([...graph.references(key(0))]).toEqual([[0, 2]])
    expect([...graph.references(key(1))]).toEqual([])
    expect(graph.referenceCount).toEqual(2)
  })

  it('refuses to remove more references than there are, and counts that are none', () => {
    const graph = create()
    addObjects(graph, 2)
    graph.addReference(key(0), key(1), 2)
    expect(codeOf(() => graph.removeReference(key(0), key(1), 3))).toEqual('UsageError no-such-reference')
    expect(codeOf(() => graph.removeReference(key(1), key(0)))).toEqual('UsageError no-such-reference')
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(codeOf(() => graph.addReference(key(0), key(1), bad))).toEqual('UsageError bad-count')
      expect(codeOf(() => graph.removeReference(key(0), key(1), bad))).toEqual('UsageError bad-count')
    }
    expect([graph.countReferences(key(0), key(1)), graph.referenceCount]).toEqual([2, 2])
  })
}

function rootTests({ it, expect, create }: Kit): void {
  it('counts how many times an object is a root', () => {
    const graph = create()
    addObjects(graph, 2)
    for (let times = 0; times < 300; times++) graph.addRoot(key(1))
    expect([graph.rootCount(key(0)), graph.rootCount(key(1)), [...graph.roots()]]).toEqual([0, 300, [1]])
    for (let times = 0; times < 299; times++) graph.removeRoot(key(1))
    expect([graph.rootCount(key(1)), [...graph.roots()]]).toEqual([1, [1]])
    graph.removeRoot(key(1))
    expect([graph.rootCount(key(1)), [...graph.roots()]]).toEqual([0, []])
    expect(codeOf(() => graph.removeRoot(key(1)))).toEqual('UsageError not-a-root')
    expect(graph.rootCount(key(1))).toEqual(0)
  })
}

function markTests({ it, expect, create }: Kit): void {
  it('reaches what the roots reach and nothing else', () => {
    const graph = create()
    addObjects(graph, 6)
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 0],
      [3, 4],
      [4, 3],
      [3, 0],
    ] as const)
      graph.addReference(key(from), key(to))
    graph.addRoot(key(1))
    const mark = marked(graph)
    expect([0, 1, 2, 3, 4, 5].map((each) => mark.isReached(key(each)))).toEqual([true, true, true, false, false, false])
    expect(ascending(mark.whites())).toEqual([3, 4, 5])
    const visited: number[] = []
    mark.forEachWhite((white) => visited.push(white))
    expect(ascending(visited)).toEqual([3, 4, 5])
  })

  it('marks in slices and answers only when it has finished', () => {
    const graph = create()
    addObjects(graph, 50)
    for (let index = 1; index < 50; index++) graph.addReference(key(index - 1), key(index))
    graph.addRoot(key(0))
    const mark = graph.mark()
    expect([mark.finished, mark.step(1)]).toEqual([false, false])
    for (const action of [() => mark.isReached(key(0)), () => mark.whites(), () => graph.sweep(mark)])
      expect(codeOf(action)).toEqual('UsageError mark-not-finished')
    for (const bad of [0, -1, Number.NaN]) expect(codeOf(() => mark.step(bad))).toEqual('UsageError bad-budget')
    let slices = 1
    while (!mark.step(3)) slices++
    expect([slices > 5, mark.finished, [...mark.whites()]]).toEqual([true, true, []])
  })

  it('refuses a mark that another one, an end or a sweep has made stale', () => {
    const graph = create()
    addObjects(graph, 1)
    const overtaken = marked(graph)
    const ended = marked(graph)
    overtaken.end()
    expect([overtaken.finished, ended.finished]).toEqual([false, true])
    ended.end()
    const swept = marked(graph)
    graph.sweep(swept)
    const current = marked(graph)
    for (const stale of [overtaken, ended, swept])
      for (const action of [
        () => stale.step(1),
        () => stale.isReached(key(0)),
        () => stale.whites(),
        () => stale.forEachWhite(() => {}),
        () => graph.sweep(stale),
      ])
        expect(codeOf(action)).toEqual('UsageError stale-mark')
    expect(current.finished).toEqual(true)
  })
}

function barrierTests({ it, expect, create }: Kit): void {
  it('keeps an object that moves behind the mark', () => {
    const graph = create()
    addObjects(graph, 40)
    // Object 39 hangs on the end of a chain until the mark has passed the root; then only the root refers to it.
    for (let index = 1; index < 40; index++) graph.addReference(key(index - 1), key(index))
    graph.addRoot(key(0))
    const mark = graph.mark()
    mark.step(10)
    graph.addReference(key(0), key(39))
    graph.removeReference(key(38), key(39))
    while (!mark.step(10));
    expect(mark.isReached(key(39))).toEqual(true)
  })

  it('keeps new objects, new roots and what they refer to', () => {
    const graph = create()
    addObjects(graph, 4)
    graph.addReference(key(1), key(2))
    const mark = graph.mark()
    expect(mark.step(1)).toEqual(true)
    graph.addObject(key(9))
    expect([mark.finished, mark.isReached(key(9)), ascending(mark.whites())]).toEqual([true, true, [0, 1, 2, 3]])
    graph.addRoot(key(1))
    graph.addReference(key(9), key(3))
    expect(mark.finished).toEqual(false)
    expect(codeOf(() => graph.sweep(mark))).toEqual('UsageError mark-not-finished')
    while (!mark.step(1));
    expect([...mark.whites()]).toEqual([0])
  })

  it('goes on when objects are removed under it and their keys added again', () => {
    const graph = create()
    addObjects(graph, 4)
    for (const to of [1, 2, 3]) graph.addReference(key(0), key(to))
    graph.addRoot(key(0))
    const mark = graph.mark()
    mark.step(2)
    for (const to of [1, 2, 3]) {
      graph.removeReference(key(0), key(to))
      graph.removeObject(key(to))
      graph.addObject(key(to))
    }
    graph.removeRoot(key(0))
    graph.removeObject(key(0))
    while (!mark.step(1));
    expect([...mark.whites()]).toEqual([])
    expect(ascending(marked(graph).whites())).toEqual([1, 2, 3])
  })
}

function sweepTests({ it, expect, create }: Kit): void {
  it('sweeps the white objects with their references, those to living objects included', () => {
    const graph = create()
    addObjects(graph, 5)
    graph.addRoot(key(0))
    graph.addReference(key(0), key(1))
    graph.addReference(key(2), key(3), 2)
    graph.addReference(key(3), key(2))
    graph.addReference(key(3), key(3))
    graph.addReference(key(4), key(1), 2)
    expect(graph.sweep(marked(graph))).toEqual(3)
    expect([graph.objectCount, graph.referenceCount, ascending(graph.objects())]).toEqual([2, 1, [0, 1]])
    graph.removeReference(key(0), key(1))
    graph.removeObject(key(1))
    for (const fresh of [10, 11, 12]) graph.addObject(key(fresh))
    expect([10, 11, 12].map((fresh) => [...graph.references(key(fresh))])).toEqual([[], [], []])
    expect(graph.sweep(marked(graph))).toEqual(3)
    expect(ascending(graph.objects())).toEqual([0])
  })
}

function shapeTests({ it, expect, create }: Kit): void {
  it('reaches around a ring and through hubs', () => {
    const graph = create()
    const size = 1000
    addObjects(graph, 2 * size)
    for (let index = 0; index < size; index++) {
      graph.addReference(key(index), key((index + 1) % size))
      if (index > 0) graph.addReference(key(size), key(size + index))
      if (index > 0) graph.addReference(key(size + index), key(size))
    }
    graph.addRoot(key(500))
    expect(ascending(marked(graph).whites())).toEqual(Array.from({ length: size }, (_, index) => size + index))
    graph.addReference(key(7), key(2 * size - 1))
    expect([...marked(graph).whites()]).toEqual([])
    graph.removeRoot(key(500))
    expect(graph.sweep(marked(graph))).toEqual(2 * size)
    expect([graph.objectCount, graph.referenceCount]).toEqual([0, 0])
  })

  it('follows a chain of 20,000 objects without recursion', () => {
    const graph = create()
    const length = 20_000
    addObjects(graph, length)
    for (let index = 1; index < length; index++) graph.addReference(key(index - 1), key(index))
    graph.addRoot(key(0))
    expect([...marked(graph).whites()]).toEqual([])
  })
}
