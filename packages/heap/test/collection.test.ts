/** The heap's own collector against a naive one, on random programs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Collected, Handle } from '../src/object-heap/index.js'
import { RandomHeap, type Step, steps } from './support/random-heap.js'

function expectSame(world: RandomHeap, { freed, unreachableImports }: Collected): void {
  const { gone, imports } = world.expectedCollection()
  expect([...unreachableImports].sort((a, b) => a - b)).toEqual(imports.sort((a, b) => a - b))
  expect(freed).toBe(gone.length - imports.length)
  for (const handle of world.dead) expect(world.heap.resolves(handle)).toBe(false)
  for (const handle of world.handles) {
    expect(world.heap.resolves(handle)).toBe(true)
    expect(world.heap.referencesOf(handle).sort((a, b) => a - b)).toEqual(
      [...(world.naive.references.get(handle) ?? [])].sort((a, b) => a - b),
    )
  }
  expect(world.heap.objectCount + world.heap.importCount).toBe(world.handles.length)
}

describe('T5: collection', () => {
  it('T5: in one go, frees exactly what nothing keeps', () => {
    fc.assert(
      fc.property(fc.array(steps(30), { maxLength: 4 }), (rounds) => {
        const world = new RandomHeap()
        for (const round of rounds) {
          for (const step of round) world.step(step)
          expectSame(world, world.heap.collect(world.outside))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('T5: in slices, with the program at work in between, frees nothing that is live, and the rest by the next time', () => {
    const sliced = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), steps(6)), { maxLength: 8 })
    fc.assert(
      fc.property(steps(40), sliced, (before: Step[], slices: (readonly [number, Step[]])[]) => {
        const world = new RandomHeap()
        for (const step of before) world.step(step)
        const garbage = world.handles.filter((handle) => !world.naive.live().has(handle))
        world.heap.beginCollection()
        for (const [budget, between] of slices) {
          world.heap.stepCollection(budget)
          for (const step of between) world.step(step)
        }
        world.heap.finishCollection(world.outside)
        const live = world.naive.live()
        for (const handle of live) expect(world.heap.resolves(handle)).toBe(true)
        // Garbage that was garbage when the mark began does not float.
        for (const handle of garbage) expect(world.heap.resolves(handle)).toBe(false)
        world.naive.keep(new Set(world.handles.filter((handle) => world.heap.resolves(handle))))
        expectSame(world, world.heap.collect(world.outside))
      }),
      { numRuns: 300 },
    )
  })

  it('T5: a slice visits no more than its budget', () => {
    const world = new RandomHeap()
    const { heap } = world
    const root = heap.create()
    let last: Handle = root
    for (let length = 0; length < 1000; length++) {
      const next = heap.create()
      heap.addReference(last, next)
      heap.unpin(next)
      last = next
    }
    heap.beginCollection()
    let slices = 1
    while (!heap.stepCollection(10)) slices++
    expect(slices).toBeGreaterThanOrEqual(100)
    expect(heap.finishCollection({ exported: [], pinnedImports: [] }).freed).toBe(0)
  })

  it('T5: reclaim frees only what is garbage, and all of it where no cycle is', () => {
    fc.assert(
      fc.property(steps(60), (program) => {
        const world = new RandomHeap()
        for (const step of program) world.step(step)
        const { exported, pinnedImports } = world.outside
        const live = world.naive.live()
        const { mayBeCyclic } = world.heap.reclaim(world.handles, {
          isExported: (object) => exported.includes(object),
          isPinned: (id) => pinnedImports.includes(id),
        })
        for (const handle of live) expect(world.heap.resolves(handle)).toBe(true)
        const left = world.handles.filter((handle) => !live.has(handle) && world.heap.resolves(handle))
        if (!mayBeCyclic) expect(left).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
