/** Nodes whose reports and rounds are loaded when they are needed first, as a browser does it. */
import type { MakeCoordination } from '@holdfast/collector'
import { coordination } from '@holdfast/collector/coordination'
import { nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import type { HeapNode } from '../src/index.js'
import { keeping, useWorld, type World } from './support/world.js'

/** A load that ends when the test says so. */
class Load {
  count = 0
  arrive: () => void = () => {}
  fail: () => void = () => {}

  readonly start = (): Promise<MakeCoordination> => {
    this.count++
    return new Promise((resolve, reject) => {
      this.arrive = () => resolve(coordination)
      this.fail = () => reject(new TypeError('Failed to fetch dynamically imported module'))
    })
  }
}

/** Two nodes with a cycle over both that nobody holds. */
function cycle(world: World, loads: Readonly<Record<'alice' | 'bob', Load>>) {
  const atBob: Handle[] = []
  const bob: HeapNode = world.node('bob', { onCall: keeping(() => bob, atBob), loadCoordination: loads.bob.start })
  const alice = world.node('alice', { loadCoordination: loads.alice.start })
  const own = alice.heap.create()
  const [answer] = world.call(alice, bob.name, [own])
  const kept = atBob.pop() as Handle
  alice.heap.addReference(own, answer)
  for (const handle of [own, answer]) alice.heap.unpin(handle)
  bob.heap.unpin(kept)
  return { alice, bob, atBob, isThere: () => [alice.heap.resolves(own), bob.heap.resolves(kept)] }
}

describe('a node whose reports are loaded late', () => {
  const use = useWorld()
  const loads = () => ({ alice: new Load(), bob: new Load() })

  it('loads nothing for calls; a round and a report wait for it, calls do not', async () => {
    const { world } = use
    const { alice: ofAlice, bob: ofBob } = loads()
    const { alice, bob, atBob, isThere } = cycle(world, { alice: ofAlice, bob: ofBob })
    expect([ofAlice.count, ofBob.count]).toEqual([0, 0])

    const outcome = alice.collectCycles([alice.name, bob.name])
    await world.turns()
    expect([ofAlice.count, ofBob.count], 'bob is not asked before alice can judge').toEqual([1, 0])
    ofAlice.arrive()
    await world.turns()
    expect(ofBob.count, 'the report is wanted').toBe(1)
    // While bob loads he is called, and answers.
    const [answer] = world.call(alice, bob.name)
    alice.heap.unpin(answer)
    bob.heap.unpin(atBob.pop() as Handle)
    expect(isThere()).toEqual([true, true])

    ofBob.arrive()
    expect(await world.settled(outcome)).toMatchObject({ condemned: 2, missing: [] })
    world.run()
    expect(isThere()).toEqual([false, false])
    await world.settled(alice.collectCycles([alice.name, bob.name]))
    expect([ofAlice.count, ofBob.count], 'once is enough').toEqual([1, 1])
  })

  it('loads by itself half a second after there is a session, ahead of the first round', async () => {
    const { world } = use
    const { alice: ofAlice, bob: ofBob } = loads()
    const { alice, isThere } = cycle(world, { alice: ofAlice, bob: ofBob })
    world.pass(500)
    expect([ofAlice.count, ofBob.count]).toEqual([1, 1])
    // Nobody waits for it: a failure is the next one's.
    ofAlice.fail()
    ofBob.arrive()
    await world.turns()
    const outcome = alice.collectCycles(['alice', 'bob'].map(nodeId))
    await world.turns()
    expect([ofAlice.count, ofBob.count]).toEqual([2, 1])
    ofAlice.arrive()
    expect(await world.settled(outcome)).toMatchObject({ condemned: 2 })
    world.run()
    expect(isThere()).toEqual([false, false])
  })

  it('whose load fails says so to whoever asked for a round, and tries again for the next', async () => {
    const { world } = use
    const { alice: ofAlice, bob: ofBob } = loads()
    const { alice, bob, isThere } = cycle(world, { alice: ofAlice, bob: ofBob })
    const failed = alice.collectCycles([alice.name, bob.name])
    await world.turns()
    ofAlice.fail()
    await expect(failed).rejects.toThrow('Failed to fetch')

    const outcome = alice.collectCycles([alice.name, bob.name])
    await world.turns()
    ofAlice.arrive()
    await world.turns()
    ofBob.arrive()
    expect(await world.settled(outcome)).toMatchObject({ condemned: 2 })
    world.run()
    expect(isThere()).toEqual([false, false])
  })

  it('that is closed meanwhile rejects the round and reports nothing', async () => {
    const { world } = use
    const { alice: ofAlice, bob: ofBob } = loads()
    const { alice, bob } = cycle(world, { alice: ofAlice, bob: ofBob })
    const first = alice.collectCycles([bob.name])
    await world.turns()
    ofAlice.arrive()
    await world.turns()
    bob.close()
    ofBob.arrive()
    await world.turns()
    expect(bob.counts.messagesSent).toBeGreaterThan(0)
    const sent = bob.counts.framesSent
    await world.turns()
    expect(bob.counts.framesSent).toBe(sent)
    alice.close()
    await expect(first).rejects.toMatchObject({ code: 'closed' })

    const other = loads()
    const carol = world.node('carol', { loadCoordination: other.alice.start })
    const round = carol.collectCycles([carol.name])
    await world.turns()
    carol.close()
    other.alice.arrive()
    await expect(round).rejects.toMatchObject({ code: 'closed' })
    world.leaveAsItIs()
  })
})
