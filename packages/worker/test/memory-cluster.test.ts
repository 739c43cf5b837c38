import { VirtualClock } from '@holdfast/transport'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GraphClusterOptions, Traffic } from '../src/graph/graph-cluster.js'
import { MemoryCluster } from '../src/graph/memory-cluster.js'
import { startGraphCluster } from '../src/graph/start-graph-cluster.js'
import {
  collectAll,
  expectedTables,
  partitionsOf,
  randomGraph,
  reachable,
  releasesOf,
  survivorsOf,
  without,
} from './support/test-graph.js'

let cluster: MemoryCluster
afterEach(() => {
  vi.restoreAllMocks()
  return cluster?.close()
})

const graph = randomGraph(1500, 3)
const letting = { roots: graph.roots.slice(3), references: graph.references.filter((_, index) => index % 12 === 0) }
const left = without(graph, letting)

type Options = Partial<Omit<GraphClusterOptions, 'transport'>>

/** A whole run, which must free exactly the garbage. @returns what went over the network */
async function expectExactRun(options: Options): Promise<Traffic> {
  const nodes = options.nodes ?? 4
  cluster = await MemoryCluster.start({ nodes, graph: 'auto', loss: 0, seed: 1, ...options })
  await cluster.load(partitionsOf(graph, nodes))
  expect(await cluster.tables()).toEqual(expectedTables(graph, nodes, true))
  await cluster.release(releasesOf(letting, nodes))
  await collectAll(cluster)
  expect(await survivorsOf(cluster)).toEqual(reachable(left))
  expect(await cluster.tables()).toEqual(expectedTables(left, nodes))
  return cluster.traffic()
}

describe('a cluster in memory', () => {
  it('has a graph to chew on', () => {
    expect(reachable(left).length).toBeGreaterThan(100)
    expect(reachable(left).length).toBeLessThan(reachable(graph).length - 100)
  })

  it.each([1, 2, 4, 16])('frees exactly the garbage on %i nodes', async (nodes) => {
    await expectExactRun({ nodes })
  })

  it.each([0.05, 0.2, 0.5])(
    'frees the same over a network that loses a share of %d, repeats and reorders',
    async (loss) => {
      const good = await expectExactRun({ loss: 0 })
      await cluster.close()
      const bad = await expectExactRun({ loss })
      expect(bad.frames).toBeGreaterThan(good.frames)
    },
  )

  it('does the same in every run with the same seed, and something else with another', async () => {
    const runs: Traffic[] = []
    for (const seed of [1, 1, 2]) {
      runs.push(await expectExactRun({ loss: 0.2, seed }))
      await cluster.close()
    }
    expect(runs[1]).toEqual(runs[0])
    expect(runs[2]).not.toEqual(runs[0])
  })

  it.each([{}, { coordinator: 3 }, { replaceCoordinator: true }, { replaceCoordinator: true, coordinator: 2 }])(
    'frees the same over a bad network whoever coordinates (%o)',
    async (options) => {
      await expectExactRun({ loss: 0.2, seed: 5, ...options })
    },
  )

  it.each(['graphology', 'compact'] as const)('frees the same with a collage on %s', async (choice) => {
    await expectExactRun({ graph: choice })
  })

  it('has frames overtake each other where it loses some', async () => {
    const schedule = vi.spyOn(VirtualClock.prototype, 'schedule')
    // The delays of frames are drawn from a range; all other waiting but that of leases takes whole milliseconds.
    const drawn = (): number => schedule.mock.calls.filter(([at]) => !Number.isInteger(at)).length
    await expectExactRun({ loss: 0 })
    expect(drawn()).toBeLessThan(20)
    await cluster.close()
    await expectExactRun({ loss: 0.1 })
    expect(drawn()).toBeGreaterThan(100)
  })

  it('rejects what was never loaded', async () => {
    cluster = await MemoryCluster.start({ nodes: 2, graph: 'compact', loss: 0, seed: 1 })
    await cluster.load(partitionsOf({ objects: 2, references: [[0, 1]], roots: [0] }, 2))
    await expect(cluster.release(releasesOf({ roots: [98] }, 2))).rejects.toMatchObject({ code: 'unknown-label' })
  })

  it('rejects a partition with a reference to an object that its owner does not have', async () => {
    cluster = await MemoryCluster.start({ nodes: 2, graph: 'compact', loss: 0, seed: 1 })
    const [first] = partitionsOf({ objects: 2, references: [[0, 1]], roots: [0] }, 2)
    const none = new Uint32Array(0)
    const empty = { objects: none, offsets: Uint32Array.of(0), targets: none, owners: new Uint8Array(0), roots: none }
    await expect(cluster.load([first, empty])).rejects.toMatchObject({ code: 'not-loaded' })
  })

  it('is what `startGraphCluster` starts for the memory transport', async () => {
    const options = { nodes: 2, graph: 'compact', loss: 0, seed: 1, transport: 'memory' } as const
    cluster = (await startGraphCluster(options)) as MemoryCluster
    expect(cluster).toBeInstanceOf(MemoryCluster)
    expect(cluster.size).toBe(2)
    await cluster.close()
  })
})
