import type { Handle } from '@holdfast/heap/object-heap'
import { MemoryStore } from '@holdfast/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DurableHeapNode } from '../../src/durable/index.js'
import type { HeapNode, IncomingCall } from '../../src/index.js'
import { ask, DurableWorld, eventually } from '../support/durable-world.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** Keeps what it is given under the name "kept", and answers with what it keeps. */
const keeper = (node: () => DurableHeapNode) => ({
  onCall: ({ references: [given] }: IncomingCall) => {
    const { heap } = node()
    if (given !== undefined && given !== null) heap.setRoot('kept', given)
    const kept = heap.root('kept')
    return { references: kept === undefined ? [] : [kept], payload: bytes() }
  },
})

describe('a durable node that comes back', () => {
  let world: DurableWorld
  let alice: HeapNode
  let bob: DurableHeapNode
  const bobs = keeper(() => bob)

  beforeEach(async () => {
    world = new DurableWorld()
    alice = world.plain('alice')
    bob = await world.durable('bob', new MemoryStore(), bobs)
  })
  afterEach(() => world.close())

  /** What is on disk when the process dies becomes another node. */
  async function comeBack(store: MemoryStore): Promise<void> {
    world.kill('bob')
    bob = await world.durable('bob', store.copy(), bobs)
  }

  it('goes on in its session, with its incarnation and what it holds', async () => {
    const store = new MemoryStore()
    await bob.stop()
    bob = await world.durable('bob', store, { ...bobs, incarnation: 7 as never })
    const mine = alice.heap.create()
    const session = () => alice.sessionWith(bob.name)
    await ask(alice, 'bob', { references: [mine] })
    const before = session()
    expect(alice.referrersOf(mine)).toMatchObject([{ node: 'bob', incarnation: 7 }])
    alice.heap.unpin(mine)
    alice.heap.unpin(mine)

    await comeBack(store)
    expect(bob.incarnation).toBe(7)
    const { handles } = await ask(alice, 'bob')
    expect(handles, 'it comes home').toEqual([mine])
    expect(session()?.number, 'no session has begun').toBe(before?.number)
    alice.heap.unpin(mine)

    bob.heap.clearRoot('kept')
    bob.collectLocally()
    await eventually(() => expect(alice.heap.resolves(mine)).toBe(false))
    expect(alice.tables.exports).toBe(0)
  })

  it('has its objects, their bodies and references, and is held as before', async () => {
    const store = new MemoryStore()
    await bob.stop()
    bob = await world.durable('bob', store, bobs)
    const inner = bob.heap.create(bytes(1, 2))
    const outer = bob.heap.create(bytes(3))
    bob.heap.addReference(outer, inner)
    bob.heap.setRoot('kept', outer)
    bob.heap.unpin(inner)
    bob.heap.unpin(outer)
    const {
      handles: [held],
    } = await ask(alice, 'bob')
    bob.heap.clearRoot('kept')
    await bob.committed()

    await comeBack(store)
    expect(bob.heap.objectCount, 'alice holds the outer one, and that the inner').toBe(2)
    expect(bob.heap.bodyOf(outer)).toEqual(bytes(3))
    expect(bob.heap.referencesOf(outer)).toEqual([inner])
    expect(bob.heap.bodyOf(inner)).toEqual(bytes(1, 2))
    alice.heap.unpin(held)
    alice.collectLocally()
    await eventually(() => expect(bob.heap.objectCount).toBe(0))
  })

  it('R9: knows who refers to what, before it has heard of anybody', async () => {
    const store = new MemoryStore()
    await bob.stop()
    bob = await world.durable('bob', store, bobs)
    const object = bob.heap.create()
    bob.heap.setRoot('kept', object)
    const mine = alice.heap.create()
    const {
      handles: [held],
    } = await ask(alice, 'bob')
    await ask(alice, 'bob', { references: [mine] })
    await bob.committed()
    world.kill('bob')
    world.kill('alice')
    bob = await world.durable('bob', store.copy(), bobs)
    expect(bob.referrersOf(object)).toEqual([{ node: 'alice', incarnation: 1 }])
    expect(bob.ownerOf(bob.heap.root('kept') as Handle)).toEqual({ node: 'alice', incarnation: 1 })
    expect(held).toBeDefined()
    alice.close()
  })

  it('S1: takes part in rounds as before: a cycle from before goes', async () => {
    const store = new MemoryStore()
    await bob.stop()
    bob = await world.durable('bob', store, bobs)
    const mine = alice.heap.create()
    const object = bob.heap.create(bytes(1))
    bob.heap.setRoot('kept', object)
    const {
      handles: [theirs],
    } = await ask(alice, 'bob')
    alice.heap.addReference(mine, theirs)
    const { handles } = await ask(alice, 'bob', { references: [mine] })
    // bob keeps alice's object under the name now, and by his own.
    bob.heap.addReference(object, bob.heap.root('kept') as Handle)
    bob.heap.clearRoot('kept')
    bob.heap.unpin(object)
    for (const handle of [mine, theirs, ...handles]) alice.heap.unpin(handle)
    await bob.committed()
    await comeBack(store)
    expect(bob.heap.resolves(object)).toBe(true)

    await ask(alice, 'bob')
    await alice.collectCycles([alice.name, bob.name])
    await eventually(() => expect([bob.heap.objectCount, alice.heap.objectCount]).toEqual([0, 0]))
    expect([bob.tables, alice.tables]).toMatchObject([
      { exports: 0, imports: 0 },
      { exports: 0, imports: 0 },
    ])
  })

  it('R8: has told of all that it let go of, however many, before it was gone', async () => {
    const MANY = 3_000
    const objects: Handle[] = []
    const carol = world.plain('carol', { onCall: () => ({ references: objects.splice(0), payload: bytes() }) })
    for (let count = 0; count < MANY; count++) objects.push(carol.heap.create())
    const given = [...objects]
    const store = new MemoryStore()
    await bob.stop()
    bob = await world.durable('bob', store, bobs)
    const { handles } = await ask(bob, 'carol')
    for (const handle of given) carol.heap.unpin(handle)
    for (const handle of handles) bob.heap.unpin(handle)
    bob.collectLocally()
    // As soon as that is on disk.
    await bob.stop()
    await comeBack(store)
    await eventually(() => expect([carol.tables.exports, bob.tables.imports]).toEqual([0, 0]))
  })
})
