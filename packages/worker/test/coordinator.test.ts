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

let cluster: ThreadCluster
afterEach(() => cluster?.close())

const graph = randomGraph(1200, 11)
const letting = { roots: graph.roots.slice(2) }
const left = without(graph, letting)

async function check(options: { coordinator?: number; replaceCoordinator?: boolean }): Promise<void> {
  cluster = await ThreadCluster.start({ nodes: 3, graph: 'auto', ...options })
  await cluster.load(partitionsOf(graph, 3))
  await cluster.release(releasesOf(letting, 3))
  expect(await collectAll(cluster), 'there were cycles over nodes').toBeGreaterThan(0)
  expect(await survivorsOf(cluster)).toEqual(reachable(left))
  expect(await cluster.tables()).toEqual(expectedTables(left, 3))
}

it('is a node of its own in the main thread, unless something else is said', () => check({}))

it('can be a worker that holds objects itself', () => check({ coordinator: 2 }))

it('can vanish after the first report: another node begins anew', async () => {
  await check({ replaceCoordinator: true })
  const { messages } = await cluster.traffic()
  expect(messages, 'what the lost one had sent still counts').toBeGreaterThan(0)
})

it('can vanish and be followed by a node of choice', () => check({ replaceCoordinator: true, coordinator: 1 }))
