/** Many imports let go of at once: told in pieces, and what arrives again before its piece is told stays. */

import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import type { HeapNode } from '../src/index.js'
import { useWorld, type World } from './support/world.js'

const OBJECTS = 5_000
const PIECE = 1_024
const PAUSE_MS = 2

interface Holding {
  readonly alice: HeapNode
  readonly bob: HeapNode
  /** Bob's, pinned there. */
  readonly objects: Handle[]
  /** What stands for them at alice, in the same order, pinned there. */
  readonly imported: Handle[]
}

/** Bob answers any call with the objects that he is told to. */
function holding(world: World): Holding & { readonly giveAgain: (place: number) => Handle } {
  let answer: readonly Handle[] = []
  const alice = world.node('alice')
  const bob = world.node('bob', { onCall: () => ({ references: answer, payload: new Uint8Array(0) }) })
  const objects = Array.from({ length: OBJECTS }, () => bob.heap.create())
  const imported: Handle[] = []
  for (let start = 0; start < OBJECTS; start += 500) {
    answer = objects.slice(start, start + 500)
    imported.push(...world.call(alice, bob.name))
  }
  const giveAgain = (place: number): Handle => {
    answer = [objects[place]]
    let again: Handle | undefined
    alice.call({ to: { node: bob.name }, references: [] }, (returned) => {
      again = returned?.references[0] ?? undefined
      if (again !== undefined) alice.heap.pin(again)
    })
    for (let events = 0; again === undefined && events < 10; events++) world.clock.step()
    if (again === undefined) throw new Error('bob has not answered in time')
    return again
  }
  return { alice, bob, objects, imported, giveAgain }
}

function letGo({ alice, bob, objects, imported }: Holding): void {
  for (const object of objects) bob.heap.unpin(object)
  for (const handle of imported) alice.heap.unpin(handle)
  alice.collectLocally()
}

describe('more than can be told of in one go', () => {
  const use = useWorld()

  it('R8: are told in pieces, with time in between for both nodes', () => {
    const { world } = use
    const nodes = holding(world)
    letGo(nodes)
    const { alice, bob } = nodes
    expect(alice.tables.imports).toBe(OBJECTS - PIECE)
    expect(alice.isBusy).toBe(true)
    const left: number[] = []
    while (alice.tables.imports > 0) {
      world.pass(PAUSE_MS / 2)
      left.push(bob.heap.objectCount)
    }
    const freed = left.map((count, index) => (left[index - 1] ?? OBJECTS) - count)
    expect(Math.max(...freed)).toBeLessThanOrEqual(PIECE)
    expect(freed.length).toBeGreaterThanOrEqual(4)
  })

  it('stay where they arrive again before they were told', () => {
    const { world } = use
    const nodes = holding(world)
    letGo(nodes)
    const { alice, bob, objects, giveAgain } = nodes
    const again = giveAgain(OBJECTS - 1)
    expect(alice.tables.imports).toBeGreaterThan(PIECE)
    world.run()
    expect(alice.tables.imports).toBe(1)
    expect(bob.heap.resolves(objects[OBJECTS - 1])).toBe(true)
    expect(world.call(alice, again)).toEqual([again])
    for (let pins = 0; pins < 2; pins++) alice.heap.unpin(again)
  })

  it('are told once where they arrive again and are let go of again before they were told', () => {
    const { world } = use
    const nodes = holding(world)
    letGo(nodes)
    const { alice, bob, giveAgain } = nodes
    const again = giveAgain(OBJECTS - 1)
    alice.heap.unpin(again)
    alice.collectLocally()
    world.run()
    expect(alice.tables.imports).toBe(0)
    expect(bob.heap.objectCount).toBe(0)
  })

  it('are forgotten by a node that closes in between: their owner hears of the end instead', () => {
    const { world } = use
    const nodes = holding(world)
    letGo(nodes)
    const { alice, bob } = nodes
    alice.leave()
    expect(alice.isBusy).toBe(false)
    world.leaveAsItIs()
    world.run()
    expect(bob.sessions()).toEqual([])
  })
})
