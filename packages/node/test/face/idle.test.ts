/** Nodes whose programs do nothing: what was let go of is freed all the same. And nodes that many others come to and leave. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'
import { Managed } from '@holdfast/heap/managed'
import { describe, expect, it } from 'vitest'
import { byReference, createNode, type HoldfastNode, type Remote } from '../../src/index.js'
import { collectGarbage, join, until, useFaceWorld } from '../support/face.js'
import { TurningClock } from '../support/turning-clock.js'

const COUNT = 1000
const IDLE = { shortest: 200, longest: 1500, share: 0.1 }
/** The longest wait on each of the two sides, and as much again for a machine that is busy. */
const NOTICED_MS = 4 * IDLE.longest
const SHORT = { lease: { term: 50, drift: 0.01 }, clock: new TurningClock() }

class Item extends Managed {
  body = { text: 'x'.repeat(100) }
}

/** Makes items that nothing here refers to; watches their states, which outlive what stands for them. */
function makerOf(node: HoldfastNode): { make: () => Item; states: WeakRef<object>[] } {
  const states: WeakRef<object>[] = []
  const make = (): Item => {
    const item = new Item()
    node.onReclaimed(item, () => {})
    states.push(new WeakRef(item.body))
    return item
  }
  return { make, states }
}

const left = (states: readonly WeakRef<object>[]): number =>
  states.filter((state) => state.deref() !== undefined).length

describe('an idle program', () => {
  const world = useFaceWorld()

  it('frees the 1,000 objects of another node that it has dropped, though it does nothing', async () => {
    const alice = world.node('alice', { garbage: IDLE })
    const bob = world.node('bob', { garbage: IDLE })
    await join(alice, bob)
    const { make, states } = makerOf(bob)
    bob.publish('maker', byReference({ make }))
    await (async () => {
      const maker = await alice.lookup<{ make(): Item }>('bob', 'maker')
      const held = await Promise.all(Array.from({ length: COUNT }, () => maker.make()))
      expect(held).toHaveLength(COUNT)
      expect(bob.stats().objects.managed).toBe(COUNT)
    })()
    bob.unpublish('maker')
    await until(() => alice.tables.imports + bob.tables.exports === 0, 'empty tables', NOTICED_MS)
    await until(() => bob.stats().objects.managed === 0, 'no objects', NOTICED_MS)
    await collectGarbage()
    expect(left(states)).toBe(0)
  })

  it('does so in a worker thread', async () => {
    const main = world.node('main', { garbage: IDLE })
    const worker = new Worker(new URL('./fixtures/holder.mjs', import.meta.url))
    const { port1, port2 } = new MessageChannel()
    worker.postMessage({ port: port2 }, [port2])
    await main.connect(port1)
    const { make, states } = makerOf(main)
    await (async () => {
      const holder = await main.lookup<{ take(make: () => Item, count: number): number }>('holder', 'holder')
      expect(await holder.take(make, COUNT)).toBe(COUNT)
    })()
    expect(main.stats().objects.managed).toBeGreaterThan(0)
    await until(() => main.tables.exports + main.tables.imports === 0, 'empty tables', NOTICED_MS)
    await collectGarbage()
    expect(left(states)).toBe(0)
    await worker.terminate()
  })
})

/** A node comes, calls, is given something, gives something, and is gone. */
async function comeAndGo(host: HoldfastNode, index: number): Promise<void> {
  const guest = createNode({ id: `guest-${index}`, rounds: null, ...SHORT })
  await join(guest, host)
  const desk = await guest.lookup<{ visit(item: unknown): Item }>('host', 'desk')
  await desk.visit(new Item())
  // Half of them say that they go.
  guest[index % 2 === 0 ? 'close' : 'disconnect']('host')
  host.declareGone(`guest-${index}`)
  guest.close()
}

describe('a node that many others come to and leave', () => {
  const world = useFaceWorld()

  it('is as it was before once their leases are over, and its heap has not grown', async () => {
    const host = world.node('host', SHORT)
    const { make, states } = makerOf(host)
    const kept = new Map<string, unknown>()
    const visit = (item: unknown): Item => {
      kept.set('last', item)
      return make()
    }
    host.publish('desk', byReference({ visit }))
    const comeAll = async (from: number, to: number): Promise<number> => {
      for (let index = from; index < to; index++) await comeAndGo(host, index)
      kept.clear()
      await until(() => sizesOf(host) === before, 'the state before', 10_000)
      await collectGarbage()
      await host.collectLocally()
      await collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const before = sizesOf(host)
    // V8 still compiles for the first thousand: that is growth, too, and none of ours.
    const warm = await comeAll(0, 1600)
    const after = await comeAll(1600, 3200)
    expect(left(states)).toBe(0)
    expect(host.peers).toEqual([])
    // A kB for each guest would be 1.6 MB.
    expect(after - warm).toBeLessThan(1_600_000)
    host.unpublish('desk')
  }, 120_000)
})

/** All that must be as before, as one text. */
function sizesOf(node: HoldfastNode): string {
  const { tables, pendingCalls, keptAnswers, streams, leases, sessions } = node.stats()
  return JSON.stringify({ tables, pendingCalls, keptAnswers, streams, leases, sessions })
}

describe('a worker that exits without a word', () => {
  const world = useFaceWorld()

  it('has what it held freed when its lease and quarantine are over', async () => {
    const main = world.node('main', { lease: { term: 600, drift: 0.01 } })
    const worker = new Worker(new URL('./fixtures/holder.mjs', import.meta.url))
    const { port1, port2 } = new MessageChannel()
    worker.postMessage({ port: port2 }, [port2])
    await main.connect(port1)
    const { make, states } = makerOf(main)
    await (async () => {
      const holder = (await main.lookup('holder', 'holder')) as unknown as Remote<{
        take(make: () => Item, count: number): number
        exit(): void
      }>
      await holder.take(make, 10)
      const call = holder.exit().catch((error: unknown) => error)
      await once(worker, 'exit')
      main.declareGone('holder')
      expect(await call).toMatchObject({ code: 'session-ended' })
    })()
    await until(() => main.tables.exports === 0, 'the end of its quarantine', 30_000)
    await sleep(10)
    await collectGarbage()
    await main.collectLocally()
    await collectGarbage()
    expect(left(states)).toBe(0)
  })
})
