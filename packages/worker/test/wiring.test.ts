import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'
import { ThreadCluster } from '@holdfast/worker'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { partitionsOf, type Reference, releasesOf } from './support/test-graph.js'

/** How many channels were made for the mesh; comlink takes the global class. */
let channels = 0
const { MessageChannel } = workerThreads
class CountedChannel extends MessageChannel {
  constructor() {
    super()
    channels++
  }
}
const use = (type: typeof MessageChannel): void => {
  Object.assign(workerThreads, { MessageChannel: type })
  syncBuiltinESMExports()
}
beforeAll(() => use(CountedChannel))
afterAll(() => use(MessageChannel))

let cluster: ThreadCluster
afterEach(() => cluster?.close())

/** @returns how many channels were made up to now, by loading these references */
async function load(references: readonly Reference[]): Promise<number> {
  channels = 0
  cluster = await ThreadCluster.start({ nodes: 4, graph: 'compact' })
  expect(channels, 'nobody needs anybody yet').toBe(0)
  await cluster.load(partitionsOf({ objects: 4, references, roots: [0, 1, 2, 3] }, 4))
  return channels
}

it('joins no nodes that do not need each other', async () => {
  expect(
    await load([
      [0, 0],
      [3, 3],
    ]),
  ).toBe(0)
})

it('joins two nodes when the first reference crosses', async () => {
  expect(await load([[0, 1]])).toBe(1)
})

it('joins two nodes once that ask for each other at the same time', async () => {
  expect(
    await load([
      [0, 1],
      [1, 0],
      [2, 3],
      [3, 2],
    ]),
  ).toBe(2)
})

it('joins all that need each other, each pair once', async () => {
  const all = [0, 1, 2, 3]
  expect(await load(all.flatMap((from) => all.map((to): Reference => [from, to])))).toBe(6)
})

it('joins the coordinator to every node for the first round, and never again', async () => {
  expect(
    await load([
      [0, 1],
      [1, 0],
    ]),
  ).toBe(1)
  await cluster.release(releasesOf({ roots: [0] }, 4))
  await cluster.settle()
  expect(channels).toBe(1)
  for (let round = 0; round < 2; round++) {
    await cluster.collectCycles()
    expect(channels).toBe(1 + 4)
  }
})
