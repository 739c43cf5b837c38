/** What an earlier version has left when it stopped is what this one goes on with. */
import type { Handle } from '@holdfast/heap/object-heap'
import { MemoryStore } from '@holdfast/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DurableHeapNode } from '../../src/durable/index.js'
import { decodeNodeImage, encodeNodeImage } from '../../src/durable/node-image.js'
import { ask, DurableWorld } from '../support/durable-world.js'
import { asOfVersion2 } from '../support/old-states.js'

/** More than fit into a byte. */
const NAMES = 300

describe('the state of a durable node of version 2', () => {
  let world: DurableWorld
  let bob: DurableHeapNode
  let named: Handle
  beforeEach(() => {
    world = new DurableWorld()
  })
  afterEach(() => world.close())

  it('becomes what it would be now: imports, quarantine, roots that count more than 255 times', async () => {
    const alice = world.plain('alice')
    const carol = world.plain('carol')
    const store = new MemoryStore()
    bob = await world.durable('bob', store, {
      onCall: ({ references: [given] }) => {
        if (given !== undefined && given !== null) bob.heap.setRoot('kept', given)
        return { references: [named], payload: new Uint8Array(0) }
      },
    })
    named = bob.heap.create()
    for (let name = 0; name < NAMES; name++) bob.heap.setRoot(`name ${name}`, named)
    bob.heap.unpin(named)
    const mine = alice.heap.create()
    await ask(alice, 'bob', { references: [mine] })
    await ask(carol, 'bob')
    bob.endSession(carol.name, 'for a test')
    await bob.stop()

    const { image } = await store.copy().open()
    const { header, state } = decodeNodeImage(image as Uint8Array)
    const old = asOfVersion2(state)
    expect(state?.collector.state.exports.lists.quarantine.size).toBe(1)
    expect(state?.heap.graph.roots.overflow.size).toBe(1)
    expect(state?.collector.state.imports.index.size).toBe(1)
    const bytes = encodeNodeImage({ header: { ...header, stateVersion: 2, entriesVersion: 2 }, state: old })
    expect(decodeNodeImage(bytes).state).toEqual(state)

    const before = new MemoryStore()
    await before.open()
    await before.replace(bytes)
    await before.close()
    world.kill('bob')
    bob = await world.durable('bob', before)
    expect(bob.heap.root('kept')).toBeDefined()
    expect(alice.referrersOf(mine)).toMatchObject([{ node: 'bob' }])
    for (let name = 0; name < NAMES; name++) bob.heap.clearRoot(`name ${name}`)
  })
})
