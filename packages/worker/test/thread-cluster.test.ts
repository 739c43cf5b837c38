import { ThreadCluster } from '@holdfast/worker'
import { afterEach, describe, expect, it } from 'vitest'
import {
  collectAll,
  expectedTables,
  type Letting,
  partitionsOf,
  reachable,
  releasesOf,
  survivorsOf,
  type TestGraph,
  without,
} from './support/test-graph.js'

let cluster: ThreadCluster
afterEach(() => cluster?.close())

const NOTHING = { exports: 0, imports: 0, pins: 0 }

async function load(graph: TestGraph, nodes: number): Promise<void> {
  cluster = await ThreadCluster.start({ nodes, graph: 'compact' })
  await cluster.load(partitionsOf(graph, nodes))
  expect(await cluster.tables()).toEqual(expectedTables(graph, nodes))
}

const release = (letting: Letting): Promise<void> => cluster.release(releasesOf(letting, cluster.size))

const ring = (length: number): TestGraph => ({
  objects: length,
  references: Array.from({ length }, (_, label) => [label, (label + 1) % length] as const),
  roots: [0],
})

describe('a cluster of worker threads', () => {
  it('frees a chain over its nodes by reference listing alone', async () => {
    const graph: TestGraph = {
      objects: 6,
      references: [0, 1, 2, 3, 4].map((label) => [label, label + 1] as const),
      roots: [0],
    }
    await load(graph, 3)
    await release({ roots: [0] })
    await cluster.settle()
    expect(await survivorsOf(cluster)).toEqual([])
    expect(await cluster.tables()).toEqual(NOTHING)
  })

  it('frees a cycle of two nodes by a round, and not before', async () => {
    await load(ring(2), 2)
    await release({ roots: [0] })
    await cluster.settle()
    expect(await survivorsOf(cluster)).toEqual([0, 1])
    expect(await cluster.collectCycles()).toEqual({ suspects: 2, condemned: 2, missing: [], alarms: 0 })
    expect(await survivorsOf(cluster)).toEqual([])
    expect(await cluster.tables()).toEqual(NOTHING)
  })

  it('frees a ring over four nodes in one round, whichever graph judges it', async () => {
    await load(ring(8), 4)
    await release({ roots: [0] })
    await cluster.settle()
    expect(await cluster.collectCycles()).toEqual({ suspects: 8, condemned: 8, missing: [], alarms: 0 })
    expect(await survivorsOf(cluster)).toEqual([])
    expect(await cluster.tables()).toEqual(NOTHING)
  })

  it('keeps a cycle that a root still holds, until the last hold is gone', async () => {
    await load({ ...ring(4), roots: [0, 2, 2] }, 4)
    for (const roots of [[0], [2]]) {
      await release({ roots })
      await collectAll(cluster)
      expect(await survivorsOf(cluster)).toEqual([0, 1, 2, 3])
      expect(await cluster.tables()).toEqual({ exports: 4, imports: 4, pins: 0 })
    }
    await release({ roots: [2] })
    await collectAll(cluster)
    expect(await survivorsOf(cluster)).toEqual([])
  })

  it('frees what hangs on a cut reference and keeps what another way leads to', async () => {
    const graph: TestGraph = {
      objects: 8,
      references: [
        [0, 1],
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 2],
        [0, 4],
        [4, 3],
        [1, 5],
        [5, 1],
        [5, 6],
        [6, 5],
      ],
      roots: [0],
    }
    await load(graph, 2)
    for (const letting of [{ references: [[0, 1]] }, { references: [[0, 1]] }, { references: [[4, 3]] }] as Letting[]) {
      await release(letting)
    }
    const left = without(graph, {
      references: [
        [0, 1],
        [0, 1],
        [4, 3],
      ],
    })
    await collectAll(cluster)
    expect(await survivorsOf(cluster)).toEqual(reachable(left))
    expect(reachable(left)).toEqual([0, 4])
    expect(await cluster.tables()).toEqual(expectedTables(left, 2))
  })

  it('holds parallel references, references to itself and an object that many nodes hold', async () => {
    const graph: TestGraph = {
      objects: 8,
      references: [
        [0, 0],
        [0, 3],
        [0, 3],
        [1, 3],
        [2, 3],
        [3, 3],
        [3, 0],
        [4, 4],
        [5, 3],
        [6, 3],
      ],
      roots: [0, 1, 2],
    }
    await load(graph, 4)
    await collectAll(cluster)
    expect(await survivorsOf(cluster)).toEqual(reachable(graph))
    await release({ roots: [0, 1, 2] })
    await collectAll(cluster)
    expect(await survivorsOf(cluster)).toEqual([])
    expect(await cluster.tables()).toEqual(NOTHING)
  })

  it('counts the frames of its nodes, and those of its coordinator', async () => {
    await load(ring(4), 4)
    // The first round opens the coordinator's sessions.
    await cluster.collectCycles()
    const before = await cluster.traffic()
    expect(before.frames).toBeGreaterThan(0)
    await cluster.collectCycles()
    const after = await cluster.traffic()
    // Each node is asked, and reports.
    expect(after.messages - before.messages).toBe(8)
    expect(after.bytes).toBeGreaterThan(before.bytes)
  })

  it('rejects a release of what was never loaded, and goes on', async () => {
    await load(ring(2), 2)
    await expect(release({ roots: [98] })).rejects.toMatchObject({ name: 'UsageError', code: 'unknown-label' })
    await expect(release({ references: [[0, 99]] })).rejects.toMatchObject({ data: { label: 99 } })
    await release({ roots: [0] })
    await collectAll(cluster)
    expect(await survivorsOf(cluster)).toEqual([])
  })

  it('rejects a partition with a reference to an object that its owner does not have', async () => {
    cluster = await ThreadCluster.start({ nodes: 2, graph: 'compact' })
    const partitions = partitionsOf(
      {
        objects: 4,
        references: [
          [0, 1],
          [0, 3],
        ],
        roots: [0],
      },
      2,
    )
    const missing = { ...partitions[1], objects: Uint32Array.of(1), offsets: Uint32Array.of(0, 0) }
    await expect(cluster.load([partitions[0], missing])).rejects.toMatchObject({ code: 'not-loaded' })
  })
})
