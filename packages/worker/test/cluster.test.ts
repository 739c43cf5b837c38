/** A program's objects in worker threads: references that cross are held, passed on and let go of under the real V8. */
import { setTimeout as sleep } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { byReference, type Remote } from '@holdfast/node'
import { Cluster } from '@holdfast/worker'
import { describe, expect, it } from 'vitest'
import {
  collectGarbage,
  insist,
  type Peer,
  settled,
  shortLease,
  useYards,
  type Yard,
  yardModule,
  yardOf,
} from './support/yard.js'

const yards = useYards()

/** Makes an object, and nothing here keeps it afterwards unless `use` does. */
async function withPeers(yardsToUse: readonly Remote<Yard>[], use: (...peers: Remote<Peer>[]) => Promise<void>) {
  const peers = await Promise.all(yardsToUse.map(async (yard) => yard.make()))
  for (const peer of peers) await peer.watch()
  await use(...peers)
}

const makeRing = (...of: Remote<Yard>[]): Promise<void> =>
  withPeers(of, async (...peers) => {
    for (const [index, peer] of peers.entries()) await peer.meet(peers[(index + 1) % peers.length])
  })

/** What this thread dropped is let go of. */
async function letGo(cluster: Cluster): Promise<void> {
  await collectGarbage()
  await cluster.node.collectLocally()
}

describe('a cluster', () => {
  it('runs its module in a thread for each name, with a node that is joined to the main one', async () => {
    const cluster = await yards.start()
    expect(cluster.names).toEqual(['east', 'west'])
    expect(cluster.node.id).toBe('main')
    expect(await settled(['east', 'west'], async () => cluster.node.peers.toSorted())).toEqual(['east', 'west'])
    const threads = await Promise.all(cluster.names.map(async (name) => (await yardOf(cluster, name)).threadId()))
    expect(new Set([threadId, ...threads]).size).toBe(3)
  })

  it('names its workers by number when told how many', async () => {
    const cluster = await Cluster.start({ module: yardModule.href, nodes: 2, node: { id: 'home', rounds: null } })
    expect(cluster.names).toEqual(['node-0', 'node-1'])
    expect(await (await yardOf(cluster, 'node-1')).peers()).toEqual(['home'])
    await cluster.close()
  })

  it('frees a cycle of plain objects on two workers when nothing else refers to them', async () => {
    const cluster = await yards.start()
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    await makeRing(east, west)
    await letGo(cluster)
    expect([await east.left(), await west.left()], 'each is held by the other').toEqual([1, 1])
    expect(await cluster.node.collect()).toMatchObject({ condemned: 2, missing: [] })
    expect(await settled([0, 0], async () => [await east.left(), await west.left()])).toEqual([0, 0])
    expect(await east.tables()).toMatchObject({ exports: 1, imports: 0, pins: 0 })
    expect(await west.tables()).toMatchObject({ exports: 1, imports: 0, pins: 0 })
  })

  it('frees it by rounds that the main node holds by itself', async () => {
    const cluster = await yards.start({ node: { rounds: { shortest: 50, share: 0.5 } } })
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    const rounds = { main: 0 }
    cluster.node.on('collected', () => rounds.main++)
    await makeRing(east, west)
    await letGo(cluster)
    expect(await settled([0, 0], async () => [await east.left(), await west.left()])).toEqual([0, 0])
    expect(rounds.main).toBeGreaterThan(0)
  })

  it('keeps a cycle as long as ordinary code holds one of its objects', async () => {
    const cluster = await yards.start()
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    const held: Remote<Peer>[] = []
    await withPeers([east, west], async (one, other) => {
      await one.meet(other)
      await other.meet(one)
      held.push(one)
    })
    await letGo(cluster)
    expect(await cluster.node.collect()).toMatchObject({ condemned: 0, missing: [] })
    expect([await east.left(), await west.left()]).toEqual([1, 1])
    expect(await held[0].peer.peer.add(1)).toBe(1)
  })

  it('loses nothing when V8 collects 100 times between request and response', async () => {
    const cluster = await yards.start({ names: ['east'] })
    const east = await yardOf(cluster, 'east')
    let calls = 0
    const answer = east.hold(byReference({ add: () => ++calls }))
    for (let round = 0; round < 100; round++) {
      // Forces V8 to collect, too.
      await cluster.node.collectLocally()
      await east.collectGarbage()
    }
    expect(calls).toBe(0)
    await east.release()
    expect(await answer).toBe(1)
  })
})

describe('a reference that is passed on', () => {
  it('works while the thread that passed it on is blocked', async () => {
    const cluster = await yards.start()
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    await west.keep('counter', await east.make())
    expect(await west.add('counter', 1)).toBe(1)
    expect((await west.peers()).toSorted()).toEqual(['east', 'main'])
    const answers = west.pump('counter', 400)
    await sleep(50)
    const blockedAt = Date.now()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)
    const freeAt = Date.now()
    const meanwhile = (await answers).filter((at) => at > blockedAt && at < freeAt)
    expect(meanwhile.length).toBeGreaterThan(10)
  })

  it('works long after the node that passed it on was closed', async () => {
    const cluster = await yards.start({ lease: shortLease })
    const channel = new BroadcastChannel('yard')
    const west = await yardOf(cluster, 'west')
    await insist(async () => west.keep('counter', await (await yardOf(cluster, 'east')).make()))
    cluster.node.close()
    await sleep(14 * shortLease.term)
    const answered = new Promise((resolve) => {
      channel.onmessage = (event: { readonly data: unknown }) => resolve(event.data)
    })
    channel.postMessage({ worker: 'west', name: 'counter' })
    expect(await answered).toEqual({ from: 'west', answer: 1 })
    channel.close()
  })

  it('works long after the thread that passed it on was terminated, and is let go of in the end', async () => {
    const cluster = await yards.start({ names: ['east', 'west', 'south'], lease: shortLease })
    const [east, west] = [await yardOf(cluster, 'east'), await yardOf(cluster, 'west')]
    await insist(async () => (await yardOf(cluster, 'south')).passOn('east', 'west'))
    await cluster.terminate('south')
    await sleep(14 * shortLease.term)
    expect(await insist(() => west.attempt('gift'))).toBe(1)
    await insist(async () => (await west.kept('gift')).watch())
    await letGo(cluster)
    expect(await insist(() => east.left())).toBe(1)
    await insist(() => west.letGo('gift'))
    await insist(() => west.left())
    expect(await settled(0, () => east.left())).toBe(0)
    expect(await east.tables()).toMatchObject({ exports: 1, imports: 0, pins: 0, quarantined: 0 })
  })
})
