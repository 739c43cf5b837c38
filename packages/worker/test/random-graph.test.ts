import { ThreadCluster } from '@holdfast/worker'
import { afterEach, expect, it } from 'vitest'
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

const NODES = 4

let cluster: ThreadCluster
afterEach(() => cluster?.close())

it('frees exactly the garbage of 20,000 objects that refer to each other at random over four workers', async () => {
  const graph = randomGraph(20_000, 2026)
  cluster = await ThreadCluster.start({ nodes: NODES, graph: 'auto' })
  await cluster.load(partitionsOf(graph, NODES))
  expect(await cluster.tables()).toEqual(expectedTables(graph, NODES, true))
  let condemned = await collectAll(cluster)
  expect(await survivorsOf(cluster), 'what was garbage from the start is gone').toEqual(reachable(graph))

  // Bit by bit: holds and references, until nothing is held.
  let left = graph
  for (let step = 1; step <= 3; step++) {
    const live = new Set(reachable(left))
    const letting = {
      roots: left.roots.filter((_, index) => step === 3 || index % 2 === 0),
      // Only a live object can let go of something.
      references: left.references.filter(([from], index) => live.has(from) && index % 9 === 0),
    }
    await cluster.release(releasesOf(letting, NODES))
    left = without(left, letting)
    condemned += await collectAll(cluster)
    expect(await survivorsOf(cluster)).toEqual(reachable(left))
    expect(await cluster.tables()).toEqual(expectedTables(left, NODES))
  }
  expect(reachable(left)).toEqual([])
  expect(condemned, 'there were cycles over nodes').toBeGreaterThan(500)
})
