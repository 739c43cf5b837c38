import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it, vi } from 'vitest'
import type { HeapNode } from '../src/index.js'
import { keeping, NO_ENTRIES, useWorld, type World } from './support/world.js'

/** A node that keeps what it is sent in a new object, and answers with that object. */
function keeper(world: World, name: string): { node: HeapNode; stored: Handle[] } {
  const stored: Handle[] = []
  const node: HeapNode = world.node(name, { onCall: keeping(() => node, stored) })
  return { node, stored }
}

describe('reference listing', () => {
  const use = useWorld()

  it('frees an acyclic chain over three nodes in a cascade of drops, with no full collection on them', () => {
    const { world } = use
    const chain = ['head', 'alice', 'bob', 'carol'].map((name) => keeper(world, name))
    const [head, ...owners] = chain
    const carol = chain[3]
    carol.stored.push(carol.node.heap.create())
    // From the end: each node's object is given to the node before, which keeps it as a reference of its own.
    for (let index = 3; index > 0; index--) {
      const { node, stored } = chain[index]
      const [answer] = world.call(node, chain[index - 1].node.name, stored)
      for (const handle of [answer, ...stored]) node.heap.unpin(handle)
      node.collectLocally()
      world.run()
    }
    const [atHead] = head.stored
    expect(owners.map(({ node, stored }) => node.heap.resolves(stored[0]))).toEqual([true, true, true])

    // What is released must be little beside the rest, or one collection is cheaper than asking for each object.
    const others = owners.map(({ node }) => Array.from({ length: 100 }, () => node.heap.create()))
    const full = owners.map(({ node }) => vi.spyOn(node.heap, 'collect'))
    head.node.heap.unpin(atHead)
    head.node.collectLocally()
    world.run()
    expect(owners.map(({ node, stored }) => node.heap.resolves(stored[0]))).toEqual([false, false, false])
    expect(owners.map(({ node }) => node.tables)).toEqual(owners.map(() => NO_ENTRIES))
    for (const spy of full) expect(spy).not.toHaveBeenCalled()
    for (const [index, { node }] of owners.entries()) for (const handle of others[index]) node.heap.unpin(handle)
  })

  it('collects once, soon, where most of a heap is released at once', () => {
    const { world } = use
    const alice = world.node('alice')
    const bob = keeper(world, 'bob')
    const imported = Array.from({ length: 50 }, () => world.call(alice, bob.node.name)[0])
    for (const object of bob.stored) bob.node.heap.unpin(object)
    const full = vi.spyOn(bob.node.heap, 'collect')
    for (const handle of imported) alice.heap.unpin(handle)
    alice.collectLocally()
    world.run()
    expect(bob.node.heap.objectCount).toBe(0)
    expect(full).toHaveBeenCalledOnce()
  })

  it('frees a cycle within the node that lost its last holder, by a collection of its own', () => {
    const { world } = use
    const alice = world.node('alice')
    const bob = keeper(world, 'bob')
    const [imported] = world.call(alice, bob.node.name)
    const [object] = bob.stored
    const { heap } = bob.node
    const other = heap.create()
    heap.addReference(object, other)
    heap.addReference(other, object)
    for (const handle of [object, other]) heap.unpin(handle)
    // So many more that asking for this one object comes first.
    const others = Array.from({ length: 100 }, () => heap.create())
    alice.heap.unpin(imported)
    alice.collectLocally()
    world.run()
    expect([heap.resolves(object), heap.resolves(other)]).toEqual([false, false])
    for (const handle of others) heap.unpin(handle)
  })
})

/** alice's object and bob's refer to each other; alice pins hers. */
function cycle(world: World): { alice: HeapNode; bob: HeapNode; alices: Handle; bobs: Handle } {
  const alice = world.node('alice')
  const bob = keeper(world, 'bob')
  const alices = alice.heap.create()
  const [imported] = world.call(alice, bob.node.name, [alices])
  const [bobs] = bob.stored
  alice.heap.addReference(alices, imported)
  alice.heap.unpin(imported)
  bob.node.heap.unpin(bobs)
  return { alice, bob: bob.node, alices, bobs }
}

describe('a round of coordinated tracing', () => {
  const use = useWorld()

  it('frees a cycle over two nodes once nobody pins it', async () => {
    const { world } = use
    const { alice, bob, alices, bobs } = cycle(world)
    expect(await world.settled(alice.collectCycles([alice.name, bob.name])), "bob's is a suspect").toEqual({
      suspects: 1,
      condemned: 0,
      missing: [],
      unreported: [],
    })
    world.run()
    expect([alice.heap.resolves(alices), bob.heap.resolves(bobs)]).toEqual([true, true])

    alice.heap.unpin(alices)
    for (const node of [alice, bob]) node.collectLocally()
    world.run()
    expect([alice.heap.resolves(alices), bob.heap.resolves(bobs)], 'listing alone keeps it').toEqual([true, true])
    expect(await world.settled(bob.collectCycles([alice.name, bob.name]))).toEqual({
      suspects: 2,
      condemned: 2,
      missing: [],
      unreported: [],
    })
    world.run()
    expect([alice.heap.resolves(alices), bob.heap.resolves(bobs)]).toEqual([false, false])
  })

  it('can be coordinated by a node that holds nothing and has met nobody', async () => {
    const { world } = use
    const { alice, bob, alices } = cycle(world)
    alice.heap.unpin(alices)
    const carol = world.node('carol')
    expect((await world.settled(carol.collectCycles([alice.name, bob.name]))).condemned).toBe(2)
    world.run()
    expect(carol.tables).toEqual(NO_ENTRIES)
    expect(alice.heap.resolves(alices)).toBe(false)
  })

  it('keeps a cycle of which one node was not asked', async () => {
    const { world } = use
    const { alice, bob, alices } = cycle(world)
    alice.heap.unpin(alices)
    expect((await world.settled(alice.collectCycles([alice.name]))).condemned).toBe(0)
    expect(alice.heap.resolves(alices)).toBe(true)
    expect((await world.settled(alice.collectCycles([alice.name, bob.name]))).condemned).toBe(2)
  })

  it('names the node whose session ends before it reports, and keeps what that one may hold', async () => {
    const { world } = use
    const { alice, bob, alices } = cycle(world)
    alice.heap.unpin(alices)
    world.cut(alice, bob)
    const round = alice.collectCycles([alice.name, bob.name])
    await world.turns()
    world.wire(alice.name, bob.name)
    world.link(bob, alice).send(Uint8Array.of(0xff))
    const { condemned, missing } = await world.settled(round)
    expect({ condemned, missing }).toEqual({ condemned: 0, missing: ['bob'] })
    expect(alice.heap.resolves(alices)).toBe(true)
    expect((await world.settled(alice.collectCycles([alice.name, bob.name]))).condemned, 'all is well again').toBe(2)
  })

  it('is left alone by nodes that do not trust the coordinator', async () => {
    const { world } = use
    const seen: string[] = []
    const wary = world.node('wary', { collector: { createGraph: undefined }, onEffect: ({ type }) => seen.push(type) })
    const alice = world.node('alice')
    const round = alice.collectCycles([wary.name])
    await world.turns()
    expect(seen).toContain('untrusted')
    expect(wary.counts.verdictsApplied).toBe(0)
    alice.close()
    await expect(round).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('what arrives in one frame', () => {
  const use = useWorld()

  it('is in the heap before the report that the same frame asks for', async () => {
    const { world } = use
    const kept: Handle[] = []
    const alarms: string[] = []
    const alice = world.node('alice', { onEffect: ({ type }) => type === 'alarm' && alarms.push(type) })
    const bob = world.node('bob', {
      onCall: ({ references }) => {
        for (const handle of references as Handle[]) {
          bob.heap.pin(handle)
          kept.push(handle)
        }
        return undefined
      },
    })
    world.call(alice, bob.name)
    // While the link is down messages gather: the next link brings the wish for a report and the grant in one frame.
    world.cut(alice, bob)
    const round = alice.collectCycles([alice.name, bob.name])
    await world.turns()
    const mine = alice.heap.create()
    alice.call({ to: { node: bob.name }, references: [mine] })
    alice.heap.unpin(mine)
    const framesBefore = alice.counts.framesSent
    const seen: string[] = []
    const arrive = vi.spyOn(bob.heap, 'importHandle').mockImplementationOnce((id) => {
      seen.push('arrived')
      arrive.mockRestore()
      return bob.heap.importHandle(id)
    })
    const trace = vi.spyOn(bob.heap, 'trace').mockImplementationOnce((pinned) => {
      seen.push('traced')
      trace.mockRestore()
      return bob.heap.trace(pinned)
    })
    world.wire(alice.name, bob.name)
    expect((await world.settled(round)).condemned).toBe(0)
    world.run()

    expect(seen, 'both came in one frame, the request first').toEqual(['arrived', 'traced'])
    expect(alice.counts.framesSent - framesBefore).toBeGreaterThan(0)
    expect(alarms).toEqual([])
    expect(alice.heap.resolves(mine)).toBe(true)
    world.call(bob, alice.name, [kept[0]])
    bob.heap.unpin(kept[0])
  })

  it('cannot be collected from within a handler, while the rest of it is still to come', () => {
    const { world } = use
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: () => {
        bob.collectLocally()
        return undefined
      },
    })
    alice.call({ to: { node: bob.name } })
    expect(() => world.run()).toThrow(expect.objectContaining({ code: 'within-a-turn' }))
  })
})
