import { ThreadCluster } from '@holdfast/worker'
import { afterEach, expect, it } from 'vitest'
import {
  collectAll,
  expectedTables,
  partitionsOf,
  randomGraph,
  reachable,
  releasesOf,
  type TestGraph,
  without,
} from './support/test-graph.js'

let cluster: ThreadCluster
afterEach(() => cluster?.close())

const bodies = async (): Promise<number[]> => [...(await cluster.survivingBodies())].toSorted((a, b) => a - b)

async function load(graph: TestGraph, nodes: number): Promise<void> {
  cluster = await ThreadCluster.start({ nodes, graph: 'auto' })
  await cluster.load(partitionsOf(graph, nodes), { bodies: true })
}

it('lets V8 reclaim the JavaScript objects of a chain that was let go of, inside every worker', async () => {
  const graph: TestGraph = {
    objects: 4,
    references: [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
    roots: [0, 2],
  }
  await load(graph, 4)
  expect(await bodies()).toEqual([0, 1, 2, 3])
  await cluster.release(releasesOf({ roots: [0] }, 4))
  expect(await bodies(), 'nothing was collected yet').toEqual([0, 1, 2, 3])
  await cluster.settle()
  expect(await bodies()).toEqual([2, 3])
})

it('lets V8 reclaim the JavaScript objects of a cycle over nodes after a round, and only then', async () => {
  const graph: TestGraph = {
    objects: 6,
    references: [
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 3],
      [4, 5],
      [5, 4],
    ],
    roots: [0, 4],
  }
  await load(graph, 3)
  await cluster.release(releasesOf({ roots: [0] }, 3))
  await cluster.settle()
  expect(await bodies(), 'listing alone keeps the cycle').toEqual([0, 1, 2, 3, 4, 5])
  await collectAll(cluster)
  expect(await bodies()).toEqual([4, 5])
  expect(await cluster.tables()).toEqual({ exports: 2, imports: 2, pins: 0 })
})

it('reclaims exactly the garbage of a random graph', async () => {
  const graph = randomGraph(2000, 5)
  await load(graph, 4)
  const letting = { roots: graph.roots.slice(3) }
  const left = without(graph, letting)
  await cluster.release(releasesOf(letting, 4))
  await collectAll(cluster)
  const live = reachable(left)
  expect(live.length).toBeGreaterThan(100)
  expect(live.length).toBeLessThan(1900)
  expect(await bodies()).toEqual(live)
  expect(await cluster.tables()).toEqual(expectedTables(left, 4))
})
