/** Workers that are gone, stuck or cut off: the others notice by their leases, and let go of what only those held. */
import { MAX_GIFT_DEPTH } from '@holdfast/collector'
import { type LeaseOptions, leaseTimes } from '@holdfast/lease'
import { MemoryCluster, ThreadCluster, WorkerGoneError } from '@holdfast/worker'
import { afterEach, describe, expect, it } from 'vitest'
import {
  collectAll,
  partitionsOf,
  randomGraph,
  reachable,
  releasesOf,
  survivorsOf,
  type TestGraph,
} from './support/test-graph.js'

const lease: LeaseOptions = { term: 150, drift: 0.01 }
const { quarantine } = leaseTimes(lease, MAX_GIFT_DEPTH)

let cluster: ThreadCluster | MemoryCluster
afterEach(() => cluster?.close())

const NODES = 3
/** Of node 0: 0 3 6 9; of node 1: 1 4 7; of node 2: 2 5 8. */
const GRAPH: TestGraph = {
  objects: 10,
  references: [
    // Held by node 1 alone, and what hangs on it.
    [1, 0],
    [0, 5],
    // Held by nodes 1 and 2.
    [4, 3],
    [2, 3],
    // Node 0 holds something of node 1's, in vain.
    [6, 7],
    // A cycle over nodes 0 and 2 that node 1 alone holds.
    [1, 8],
    [8, 9],
    [9, 8],
  ],
  roots: [1, 4, 2, 6],
}
const FREED_BY_LEASES = [0, 5]
const STAY = [2, 3, 6]
const CYCLE = [8, 9]

async function start(
  options: { readonly coordinator?: number; readonly lease?: LeaseOptions } = {},
): Promise<ThreadCluster> {
  const started = await ThreadCluster.start({ nodes: NODES, graph: 'compact', lease, ...options })
  cluster = started
  await started.load(partitionsOf(GRAPH, NODES), { bodies: true })
  return started
}

const ascending = (labels: Iterable<number>): number[] => [...labels].toSorted((a, b) => a - b)

/** Node 1 is gone: what only it held goes, the rest stays, and the cycle needs a round. */
async function expectFreed(workers: ThreadCluster): Promise<void> {
  const bodies = async () => ascending(await workers.survivingBodies())
  await workers.settleLeases()
  expect(await bodies()).toEqual(ascending([...STAY, ...CYCLE]))
  expect(await collectAll(workers)).toBe(CYCLE.length)
  expect(await bodies()).toEqual(STAY)
  expect(await survivorsOf(workers)).toEqual(STAY)
  // Node 2 holds 3; what node 0 held of node 1 was given up.
  expect(await workers.tables()).toEqual({ exports: 1, imports: 1, pins: 0 })
}

describe('a worker that was terminated', () => {
  it('has what only it held freed after the quarantine; what others hold stays', async () => {
    const workers = await start()
    const startedAt = performance.now()
    await workers.terminate(1)
    await workers.settle()
    expect(ascending(await workers.survivingBodies()), 'it may still be there').toEqual(
      ascending([...FREED_BY_LEASES, ...STAY, ...CYCLE]),
    )
    await expectFreed(workers)
    expect(performance.now() - startedAt).toBeGreaterThan(quarantine)
    expect(workers.gone).toEqual([1])
  })

  it('is done without: releases and rounds go on, without waiting for its lease', async () => {
    const workers = await start({ coordinator: 1 })
    await workers.terminate(1)
    await workers.release(releasesOf({ roots: [2, 6] }, NODES))
    await workers.settle()
    expect(await workers.collectCycles(), 'another coordinates').toMatchObject({ condemned: 0, missing: [] })
    await workers.settleLeases()
    await collectAll(workers)
    expect(await survivorsOf(workers)).toEqual([])
    expect(await workers.tables()).toEqual({ exports: 0, imports: 0, pins: 0 })
  })

  it('in the middle of a round only delays it, also as its coordinator', async () => {
    for (const coordinator of [undefined, 1]) {
      const workers = await ThreadCluster.start({
        nodes: NODES,
        graph: 'compact',
        lease,
        ...(coordinator === undefined ? {} : { coordinator }),
      })
      cluster = workers
      const graph = randomGraph(6000, 4)
      await workers.load(partitionsOf(graph, NODES))
      const [round] = await Promise.all([workers.collectCycles(), workers.terminate(1)])
      expect(round.alarms).toBe(0)
      await workers.settleLeases()
      await collectAll(workers)
      const isLeft = (label: number): boolean => label % NODES !== 1
      const left = {
        objects: graph.objects,
        references: graph.references.filter(([from, to]) => isLeft(from) && isLeft(to)),
        roots: graph.roots.filter(isLeft),
      }
      expect(await survivorsOf(workers)).toEqual(reachable(left))
      await workers.close()
    }
  })

  it('may be one of many: the last one keeps what it holds itself', async () => {
    const workers = await start()
    await Promise.all([workers.terminate(1), workers.terminate(2), workers.terminate(1)])
    await workers.settleLeases()
    await collectAll(workers)
    expect(await survivorsOf(workers)).toEqual([6])
    expect(workers.gone).toEqual([1, 2])
    await expect(workers.terminate(NODES)).rejects.toMatchObject({ code: 'no-such-node' })
  })
})

describe('a worker whose thread is blocked for good', () => {
  it('is given up by the others and stopped, and what only it held is freed', async () => {
    const workers = await start()
    workers.block(1)
    await expect(workers.settleLeases()).rejects.toThrow(WorkerGoneError)
    await expect(workers.tables()).rejects.toThrow(/node-1 is gone: it fell silent/)
    await workers.terminate(1)
    await expectFreed(workers)
  })
})

describe('two workers whose port is closed', () => {
  it('get another and lose nothing', async () => {
    // No lease is to end here, however busy the machine is.
    const workers = await start({ lease: { term: 5000, drift: 0.01 } })
    const before = await workers.tables()
    await workers.cut(0, 1)
    await workers.cut(2, 1)
    await workers.cut(0, 2)
    await workers.settleLeases()
    expect(await workers.tables()).toEqual(before)
    expect(ascending(await workers.survivingBodies())).toEqual(reachable(GRAPH))
    await workers.release(releasesOf({ roots: [1, 4] }, NODES))
    await collectAll(workers)
    expect(ascending(await workers.survivingBodies())).toEqual([2, 3, 6, 7])
  })
})

describe('a node in memory that was terminated', () => {
  it('has what only it held freed by leases and then by a round, whatever the network loses', async () => {
    for (const loss of [0, 0.3]) {
      cluster = await MemoryCluster.start({ nodes: NODES, graph: 'compact', loss, seed: 3 })
      await cluster.load(partitionsOf(GRAPH, NODES))
      await cluster.terminate(1)
      await cluster.settle()
      expect(await survivorsOf(cluster)).toEqual(ascending([...FREED_BY_LEASES, ...STAY, ...CYCLE]))
      await cluster.settleLeases()
      expect(await survivorsOf(cluster)).toEqual(ascending([...STAY, ...CYCLE]))
      await collectAll(cluster)
      expect(await survivorsOf(cluster)).toEqual(STAY)
      expect(await cluster.tables()).toEqual({ exports: 1, imports: 1, pins: 0 })
      await cluster.close()
    }
  })
})
