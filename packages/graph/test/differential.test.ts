/** The same random life in both graphs; graphology's own traversal says what is reachable. */
import { HoldfastError, type ObjectKey } from '@holdfast/core'
import fc from 'fast-check'
import { dfsFromNode } from 'graphology-traversal'
import { describe, expect, it } from 'vitest'
import { CompactGraph } from '../src/compact-graph.js'
import { GraphologyGraph } from '../src/graphology-graph.js'
import type { Mark } from '../src/mark.js'
import { objectKey, type ReferenceGraph } from '../src/reference-graph.js'

const KEYS = 14

type Operation =
  | { readonly kind: 'addObject' | 'removeObject' | 'addRoot' | 'removeRoot'; readonly key: ObjectKey }
  | {
      readonly kind: 'addReference' | 'removeReference'
      readonly from: ObjectKey
      readonly to: ObjectKey
      readonly count: number
    }
  | { readonly kind: 'step'; readonly budget: number }
  | { readonly kind: 'mark' | 'sweep' | 'end' }

const key = fc.nat(KEYS - 1).map(objectKey)
const count = fc.integer({ min: 1, max: 3 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('addObject' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('removeObject' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('addRoot' as const, 'removeRoot' as const), key }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('addReference' as const), from: key, to: key, count }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('removeReference' as const), from: key, to: key, count }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('step' as const), budget: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('mark' as const, 'sweep' as const, 'end' as const) }) },
)

const ascending = (keys: Iterable<ObjectKey>): ObjectKey[] => [...keys].sort((a, b) => a - b)

function snapshot(graph: ReferenceGraph): unknown {
  return {
    counts: [graph.objectCount, graph.referenceCount],
    objects: ascending(graph.objects()).map((each) => [
      each,
      graph.rootCount(each),
      [...graph.references(each)].sort(([a], [b]) => a - b),
    ]),
    roots: ascending(graph.roots()),
  }
}

/** What the roots reach, says graphology. */
function reachable(graph: GraphologyGraph): ObjectKey[] {
  const reached = new Set<ObjectKey>()
  for (const root of graph.roots())
    dfsFromNode(graph.graphology, String(root), (name) => void reached.add(objectKey(Number(name))), {
      mode: 'outbound',
    })
  return ascending(reached)
}

function finish(mark: Mark): void {
  while (!mark.step(2));
}

function markAndSweep(graph: ReferenceGraph): number {
  const mark = graph.mark()
  finish(mark)
  return graph.sweep(mark)
}

/** Both graphs, and the marks that are under way in them. */
class Pair {
  readonly compact = new CompactGraph()
  readonly graphology = new GraphologyGraph()
  #marks: { readonly compact: Mark; readonly graphology: Mark } | null = null

  apply(operation: Operation): void {
    if (operation.kind === 'mark') this.#marks = { compact: this.compact.mark(), graphology: this.graphology.mark() }
    else if (operation.kind === 'step') {
      if (this.#marks?.compact.step(operation.budget)) this.#checkSafe(this.#marks.compact)
      if (this.#marks?.graphology.step(operation.budget)) this.#checkSafe(this.#marks.graphology)
    } else if (operation.kind === 'sweep') this.#sweep()
    else if (operation.kind === 'end') {
      this.#marks?.compact.end()
      this.#marks?.graphology.end()
      this.#marks = null
    } else expect(attempt(this.compact, operation)).toBe(attempt(this.graphology, operation))
    expect(snapshot(this.compact)).toEqual(snapshot(this.graphology))
  }

  /** A mark that nothing disturbs reaches exactly what is reachable. */
  checkExact(): void {
    const expected = reachable(this.graphology)
    for (const graph of [this.compact, this.graphology]) {
      const mark = graph.mark()
      finish(mark)
      expect(ascending(graph.objects()).filter((each) => mark.isReached(each))).toEqual(expected)
    }
  }

  #checkSafe(mark: Mark): void {
    for (const each of reachable(this.graphology)) expect(mark.isReached(each)).toBe(true)
  }

  /**
   * The two may have visited in different order, and so keep different garbage for once; a mark at rest makes them
   * equal again.
   */
  #sweep(): void {
    if (this.#marks === null) return
    const living = reachable(this.graphology)
    for (const name of ['compact', 'graphology'] as const) {
      const graph = this[name]
      const before = graph.objectCount
      finish(this.#marks[name])
      const swept = graph.sweep(this.#marks[name]) + markAndSweep(graph)
      expect([ascending(graph.objects()), before - swept]).toEqual([living, living.length])
    }
    this.#marks = null
  }
}

/** Performs a mutation; what it gives is the code of its error, if any. */
function attempt(graph: ReferenceGraph, operation: Operation): string {
  try {
    if (operation.kind === 'addReference') graph.addReference(operation.from, operation.to, operation.count)
    else if (operation.kind === 'removeReference') graph.removeReference(operation.from, operation.to, operation.count)
    else if ('key' in operation) graph[operation.kind](operation.key)
    return 'done'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    throw error
  }
}

describe('CompactGraph and GraphologyGraph', () => {
  it('live the same life', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 150, size: 'max' }), (operations) => {
        const pair = new Pair()
        for (const each of operations) pair.apply(each)
        pair.checkExact()
      }),
      { numRuns: 300 },
    )
  })
})
