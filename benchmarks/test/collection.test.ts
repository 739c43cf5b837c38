import { MemoryCluster } from '@holdfast/worker'
import { expect, it } from 'vitest'
import { ringPartitions, ringReleases } from '../src/collection/ring.js'

it.each([
  [2, 2],
  [7, 3],
  [2, 4],
])('a ring of %i hops over %i nodes is whole while it is held, and garbage after', async (hops, nodes) => {
  const cluster = await MemoryCluster.start({ nodes, graph: 'compact', loss: 0, seed: 1 })
  await cluster.load(ringPartitions(hops, nodes))
  await cluster.collectCycles()
  expect(await cluster.survivors()).toHaveLength(hops)
  await cluster.release(ringReleases(nodes))
  await cluster.settle()
  expect(await cluster.survivors()).toHaveLength(hops)
  await cluster.collectCycles()
  expect(await cluster.survivors()).toHaveLength(0)
  await cluster.close()
})
