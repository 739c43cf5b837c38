/** Rounds that a node holds by itself. */
import { setImmediate as macrotask } from 'node:timers/promises'
import { type NodeId, nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import type { HeapNode } from '../src/index.js'
import { keeping, useWorld, type World } from './support/world.js'

const NAMES = ['alice', 'bob'].map(nodeId)

/** Two nodes, of which alice holds a round now and then. */
function pair(
  world: World,
  onMissing: (missing: readonly string[]) => void = () => {},
): { alice: HeapNode; bob: HeapNode; atBob: Handle[]; judged: number[] } {
  const atBob: Handle[] = []
  const judged: number[] = []
  const bob: HeapNode = world.node('bob', { onCall: keeping(() => bob, atBob) })
  const alice = world.node('alice', {
    rounds: { nodes: (): readonly NodeId[] => NAMES },
    onEffect: (effect) => {
      if (effect.type !== 'judged') return
      judged.push(effect.condemned)
      onMissing(effect.missing)
    },
  })
  return { alice, bob, atBob, judged }
}

/** alice's object refers to bob's, and bob's to alice's; nobody holds either. */
function ring(world: World, { alice, bob, atBob }: ReturnType<typeof pair>): [Handle, Handle] {
  const own = alice.heap.create()
  const [answer] = world.call(alice, bob.name, [own])
  const kept = atBob.pop() as Handle
  alice.heap.addReference(own, answer)
  for (const handle of [own, answer]) alice.heap.unpin(handle)
  bob.heap.unpin(kept)
  return [own, kept]
}

/** Time passes; what waits for a promise gets its turn. */
async function pass(world: World, ms: number): Promise<void> {
  const until = world.clock.now() + ms
  while (world.clock.nextAt !== null && world.clock.nextAt <= until) {
    world.clock.step()
    await macrotask()
  }
}

describe('T4: a node that holds rounds by itself', () => {
  const use = useWorld()

  it('frees a cycle that nobody asked about, within seconds', async () => {
    const { world } = use
    const scene = pair(world)
    const [atAlice, atBob] = ring(world, scene)
    expect(scene.alice.heap.resolves(atAlice)).toBe(true)
    await pass(world, 5000)
    expect(scene.alice.heap.resolves(atAlice)).toBe(false)
    expect(scene.bob.heap.resolves(atBob)).toBe(false)
    expect(Math.max(...scene.judged)).toBeGreaterThan(0)
    scene.alice.close()
  })

  it('hardly ever does where there is nothing to find, sooner under pressure, and never again once closed', async () => {
    const { world } = use
    const { alice, judged } = pair(world)
    await pass(world, 1_800_000)
    expect(judged.length).toBeGreaterThan(5)
    expect(judged.length).toBeLessThan(20)
    const before = judged.length
    for (let second = 0; second < 10; second++) {
      alice.press()
      await pass(world, 1000)
    }
    expect(judged.length - before).toBeGreaterThan(3)
    expect(judged.length - before).toBeLessThan(12)
    alice.close()
    const after = judged.length
    await pass(world, 1_000_000)
    expect(judged.length).toBe(after)
  })

  it('goes on when a node is gone, and names it', async () => {
    const { world } = use
    const missing: (readonly string[])[] = []
    const scene = pair(world, (round) => missing.push(round))
    ring(world, scene)
    scene.bob.close()
    await pass(world, 1_200_000)
    expect(scene.judged.length).toBeGreaterThan(3)
    expect(missing[0]).toEqual(['bob'])
    // What bob held is given up by its lease.
    expect(scene.alice.tables).toMatchObject({ exports: 0, imports: 0 })
    expect(scene.alice.heap.objectCount).toBe(0)
    scene.alice.close()
    // bob is gone with all that it had.
    world.leaveAsItIs()
  })
})

describe('a node that lives and does not report', () => {
  const use = useWorld()

  it('holds up a round for a term, and is missing in it', async () => {
    const { world } = use
    world.node('bob', { beforeReport: () => {} })
    const alice = world.node('alice')
    world.wire(alice.name, nodeId('bob'))
    world.run()
    let missing: readonly string[] = []
    void alice.collectCycles(NAMES).then((outcome) => {
      missing = outcome.missing
    })
    await pass(world, 60_000)
    expect(missing).toEqual(['bob'])
  })
})
