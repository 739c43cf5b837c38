import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { ThreadCluster, WorkerGoneError } from '@holdfast/worker'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { partitionsOf, randomGraph, releasesOf, type TestGraph } from './support/test-graph.js'

let cluster: ThreadCluster
afterEach(() => cluster?.close())

const pair: TestGraph = {
  objects: 2,
  references: [
    [0, 1],
    [1, 0],
  ],
  roots: [0],
}

/** The threads of this process that run. */
const running = new Set<Worker>()
const started = (worker: Worker): void => {
  running.add(worker)
  worker.once('exit', () => running.delete(worker))
}
beforeAll(() => void process.on('worker', started))
afterAll(() => void process.off('worker', started))

/** A worker dies without anybody's order. @param index in the order in which the cluster's workers were started */
const crash = async (index: number): Promise<void> => void (await [...running][index].terminate())

describe('a worker that has crashed', () => {
  it('has every call rejected that needs it, and the cluster can still be closed', async () => {
    cluster = await ThreadCluster.start({ nodes: 2, graph: 'compact' })
    await cluster.load(partitionsOf(pair, 2))
    await crash(1)
    const calls = {
      release: () => cluster.release(releasesOf({ roots: [0] }, 2)),
      settle: () => cluster.settle(),
      collectCycles: () => cluster.collectCycles(),
      survivors: () => cluster.survivors(),
      survivingBodies: () => cluster.survivingBodies(),
      tables: () => cluster.tables(),
      traffic: () => cluster.traffic(),
      load: () => cluster.load(partitionsOf(pair, 2)),
    }
    for (const [name, call] of Object.entries(calls)) {
      await expect(call(), name).rejects.toThrow(WorkerGoneError)
    }
    await expect(calls.tables()).rejects.toMatchObject({ code: 'worker-gone', data: { node: 'node-1' } })
    await cluster.terminate(1)
    expect(cluster.gone).toEqual([1])
    const { load: _load, release: _release, ...others } = calls
    for (const [name, call] of Object.entries(others)) await expect(call(), name).resolves.not.toThrow()
    await expect(calls.load(), 'a load needs every node').rejects.toThrow(WorkerGoneError)
  })

  it('has a call rejected that waits for its answer', async () => {
    cluster = await ThreadCluster.start({ nodes: 2, graph: 'compact' })
    const gone = crash(0)
    await Promise.all([expect(cluster.survivors()).rejects.toThrow(WorkerGoneError), gone])
  })

  it('has a load rejected that others are in the middle of', async () => {
    cluster = await ThreadCluster.start({ nodes: 4, graph: 'compact' })
    const load = cluster.load(partitionsOf(randomGraph(20_000, 1), 4))
    await Promise.all([expect(load).rejects.toThrow(WorkerGoneError), crash(2)])
  })

  it('has a round rejected in the middle of which it dies, whenever that is', async () => {
    let rejected = 0
    for (const wait of [0, 2, 4, 6, 8, 12, 16]) {
      cluster = await ThreadCluster.start({ nodes: 2, graph: 'compact' })
      await cluster.load(partitionsOf(randomGraph(40_000, 2), 2))
      const round = cluster.collectCycles()
      const [outcome] = await Promise.allSettled([round, sleep(wait).then(() => crash(1))])
      await cluster.close()
      // One that was over before it died is no matter: what must not be is a round that never ends.
      if (outcome.status === 'fulfilled') continue
      expect(outcome.reason).toBeInstanceOf(WorkerGoneError)
      rejected++
    }
    expect(rejected).toBeGreaterThan(0)
  })

  it('has a round rejected of which it is the coordinator', async () => {
    cluster = await ThreadCluster.start({ nodes: 3, graph: 'compact', coordinator: 1 })
    await cluster.load(partitionsOf(randomGraph(3000, 2), 3))
    const round = cluster.collectCycles()
    await Promise.all([expect(round).rejects.toThrow(WorkerGoneError), crash(1)])
  })
})

describe('closing a cluster', () => {
  it('leaves no thread, however often it is done, and rejects what comes later', async () => {
    cluster = await ThreadCluster.start({ nodes: 3, graph: 'compact' })
    await cluster.load(partitionsOf(pair, 3))
    expect(running.size).toBe(3)
    await Promise.all([cluster.close(), cluster.close()])
    await cluster.close()
    expect(running.size).toBe(0)
    await expect(cluster.tables()).rejects.toThrow(WorkerGoneError)
  })

  it('in the middle of a load or a round leaves no thread either', async () => {
    cluster = await ThreadCluster.start({ nodes: 2, graph: 'compact' })
    const load = cluster.load(partitionsOf(randomGraph(20_000, 1), 2))
    await Promise.all([expect(load).rejects.toThrow(WorkerGoneError), cluster.close()])
    expect(running.size).toBe(0)
  })

  it('leaves nothing that keeps the process', async () => {
    cluster = await ThreadCluster.start({ nodes: 1, graph: 'compact' })
    const child = fork(new URL('./support/end-by-itself.mjs', import.meta.url), { execArgv: [] })
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).toBe(0)
  })
})
