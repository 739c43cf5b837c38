/** The answers of a trace against the naive heap: the same suspects, the same reach between them, in linear size. */
import type { ImportId } from '@holdfast/core'
import type { SuspectReferences } from '@holdfast/tracing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FrozenTrace } from '../src/object-heap/frozen-trace.js'
import { type Handle, ObjectHeap } from '../src/object-heap/index.js'
import { RandomHeap, steps } from './support/random-heap.js'

/** Which suspects (by vertex) each suspect export reaches by way of the answer's graph, itself not counted. */
function reachIn(references: SuspectReferences, exports: number): number[][] {
  const sources = references.offsets.length - 1
  return Array.from({ length: exports }, (_, start) => {
    const seen = new Set<number>()
    const stack = [start]
    for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
      if (vertex >= sources) continue
      for (let at = references.offsets[vertex]; at < references.offsets[vertex + 1]; at++) {
        const target = references.targets[at]
        if (seen.has(target)) continue
        seen.add(target)
        stack.push(target)
      }
    }
    seen.delete(start)
    return [...seen].filter((vertex) => vertex < exports || vertex >= sources).sort((a, b) => a - b)
  })
}

it('a trace tells suspects, and who of them reaches whom, like the naive heap', () => {
  fc.assert(
    fc.property(steps(80), fc.nat(3), (program, listed) => {
      const world = new RandomHeap()
      for (const step of program) world.step(step)
      const { heap, naive } = world
      const trace = heap.trace(naive.pinnedImports)
      const unlisted = [...naive.exported].filter((_, index) => index % 4 < listed)
      trace.root(unlisted)
      const reached = naive.closure([...naive.reachedByPins(), ...unlisted])
      for (const handle of naive.exported) expect(trace.reachesObject(handle)).toBe(reached.has(handle))
      for (const [handle, id] of naive.imports) expect(trace.reachesImport(id)).toBe(reached.has(handle))

      const exports = [...naive.exported].filter((handle) => !reached.has(handle))
      const imports = [...naive.imports].filter(([handle]) => !reached.has(handle))
      const answer = trace.suspectReferences(
        exports,
        imports.map(([, id]) => id),
      )
      const sources = exports.length + answer.inner.length
      expect(answer.offsets).toHaveLength(sources + 1)
      expect(answer.targets).toHaveLength(answer.offsets[sources])
      const vertexOf = new Map<Handle, number>(exports.map((handle, place) => [handle, place]))
      imports.forEach(([handle], place) => vertexOf.set(handle, sources + place))
      const expected = exports.map((start) => {
        const vertices = [...naive.closure([start])].flatMap((handle) => vertexOf.get(handle) ?? [])
        return vertices.filter((vertex) => vertex !== vertexOf.get(start)).sort((a, b) => a - b)
      })
      expect(reachIn(answer, exports.length)).toEqual(expected)
      for (let vertex = 0; vertex < sources; vertex++) {
        const row = [...answer.targets.subarray(answer.offsets[vertex], answer.offsets[vertex + 1])]
        expect(row).toEqual([...new Set(row)].sort((a, b) => a - b))
      }
      // Linear in the objects and references traced.
      const white = world.handles.filter((handle) => !reached.has(handle))
      const references = white.reduce((sum, handle) => sum + (naive.references.get(handle)?.length ?? 0), 0)
      expect(answer.inner.length).toBeLessThanOrEqual(white.length)
      expect(answer.targets.length).toBeLessThanOrEqual(references)
    }),
    { numRuns: 500 },
  )
})

it('a hundred exports over shared structure that reaches a hundred imports make hundreds of references, not thousands', () => {
  const heap = new ObjectHeap()
  const hub = heap.create()
  const exports = Array.from({ length: 100 }, () => heap.create())
  const imports = Array.from({ length: 100 }, (_, id) => heap.importHandle(id as ImportId))
  for (const object of exports) heap.addReference(object, hub)
  for (const far of imports) heap.addReference(hub, far)
  for (const handle of [hub, ...exports, ...imports]) heap.unpin(handle)
  const answer = heap.trace([]).suspectReferences(
    exports,
    imports.map((_, id) => id),
  )
  expect(answer.inner.length).toBe(1)
  expect(answer.targets).toHaveLength(200)
})

it('a frozen trace goes on to tell what was so when it was made', () => {
  const heap = new ObjectHeap()
  const root = heap.create()
  const exported = heap.create()
  const imported = heap.importHandle(1 as ImportId)
  heap.addReference(exported, imported)
  heap.unpin(imported)
  heap.unpin(exported)
  const frozen = new FrozenTrace(heap, { roots: [root], pinned: [], others: [exported, imported] })
  heap.addReference(root, exported)
  expect(heap.trace([]).reachesObject(exported)).toBe(true)
  expect(frozen.reachesObject(exported)).toBe(false)
  expect(frozen.reachesImport(1 as ImportId)).toBe(false)
  const { offsets, targets } = frozen.suspectReferences([exported], [1])
  expect([...offsets, ...targets]).toEqual([0, 1, 1])
  frozen.root([exported])
  expect(frozen.reachesImport(1 as ImportId)).toBe(true)
})
