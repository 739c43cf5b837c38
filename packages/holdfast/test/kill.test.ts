/** Replays in which nodes are killed after the cut. In memory, where waiting for leases costs nothing; a few on worker threads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '@holdfast/core'
import { startGraphCluster } from '@holdfast/worker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeRhg } from '../src/heap-graph/rhg.js'
import { type ReplayOptions, replay } from '../src/replay/replay.js'
import type { ReplayResult } from '../src/replay/result.js'
import { graphOf } from './support/arbitrary-graph.js'
import { HEAP, KNOWN_CUTS } from './support/known-cuts.js'

/** Objects that refer to each other at random, two each, every hundredth a root. */
function randomHeap(objects: number): Uint8Array {
  const random = new Random(2026)
  const any = (): number => random.next() % objects
  const targets = Array.from({ length: objects }, () => [any(), any()])
  return writeRhg(graphOf(targets, Array.from({ length: objects / 100 }, any)))
}

let folder: string
let small: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  small = join(folder, 'small.rhg')
  writeFileSync(small, randomHeap(4000))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(options: Partial<ReplayOptions>): Promise<{ result: ReplayResult; notes: string[] }> {
  const notes: string[] = []
  const progress = { begin() {}, update() {}, done() {}, note: (what: string) => notes.push(what), stop() {} }
  const result = await replay(
    {
      file: HEAP,
      nodes: 4,
      partition: 'hash',
      cut: 'roots',
      count: 'all',
      seed: 1,
      graph: 'auto',
      collectors: ['refcount', 'tracing'],
      transport: 'memory',
      loss: 0,
      kill: 1,
      ...options,
    },
    { createCluster: startGraphCluster, progress },
  )
  return { result, notes }
}

const RIGHT = { missed: 0, wronglyFreed: 0, ok: true }
const freed = ({ freedBy: { refcount, lease, tracing } }: ReplayResult): number => refcount + lease + tracing

describe('one of four nodes in memory killed', () => {
  test.each(KNOWN_CUTS)('$cut $count frees what is left of its garbage and what the dead alone held', async (known) => {
    const { cut, count } = known
    // A seed of its own, lest the known garbage be taken for what is expected.
    const { result, notes } = await run({ cut, count, seed: 1 })
    expect(result).toMatchObject({ ...RIGHT, crossReferences: 670_995, killed: [2] })
    expect(notes, 'each was freed by whom the verifier says').toEqual([])
    expect(result.lost).toBeGreaterThan(50_000)
    expect(result.freedBy.lease).toBeGreaterThan(0)
    expect(freed(result), 'all objects of the file were live').toBe(result.garbage)
    const { expected, ...left } = result.tables
    expect(left).toEqual(expected)
  })

  test('without tracing leaves the cycles that its end has made', async () => {
    const { result } = await run({ file: small, collectors: ['refcount'] })
    expect(result).toMatchObject({ wronglyFreed: 0, rounds: 0, ok: false })
    expect(result.missed).toBeGreaterThan(0)
    expect(result.freedBy).toMatchObject({ tracing: 0 })
  })

  test('without reference listing tracing frees everything', async () => {
    const { result } = await run({ file: small, count: 10, collectors: ['tracing'] })
    expect(result).toMatchObject({ ...RIGHT, freedBy: { refcount: 0, lease: 0 } })
  })
})

describe('killing', () => {
  test.each([
    [2, 1, 'hash'],
    [4, 3, 'block'],
    [8, 5, 'hash'],
    [16, 4, 'block'],
  ] as const)(
    'of %d nodes %d, %s partition, in a network that loses every fifth frame',
    async (nodes, kill, partition) => {
      for (const cut of ['edges', 'nodes', 'roots'] as const) {
        const { result } = await run({ file: small, nodes, kill, partition, cut, count: 20, loss: 0.2, seed: 3 })
        expect(result).toMatchObject(RIGHT)
        expect(result.killed).toHaveLength(kill)
      }
    },
  )

  test('the coordinator leaves it to another, also when that has just been replaced', async () => {
    // Of seed 1 node 2 is the first to die.
    for (const replaceCoordinator of [false, true]) {
      const { result } = await run({ file: small, kill: 2, coordinator: 2, replaceCoordinator })
      expect(result).toMatchObject(RIGHT)
      expect(result.killed[0]).toBe(2)
      expect(result.freedBy.tracing).toBeGreaterThan(0)
    }
  })

  test('nobody is no different from a replay without', async () => {
    const { result } = await run({ file: small, kill: 0 })
    expect(result).toMatchObject({ ...RIGHT, killed: [], lost: 0, freedBy: { lease: 0 }, timeMs: { lease: 0 } })
  })
})

describe('worker threads killed', () => {
  test.each(['edges', 'nodes', 'roots'] as const)('two of four, %s: exactly the right objects go', async (cut) => {
    const lease = { term: 300, drift: 0.01 }
    const options = { file: small, transport: 'message-port', cut, count: 20, kill: 2, coordinator: 2, lease } as const
    const { result } = await run(options)
    expect(result).toMatchObject(RIGHT)
    expect(result.freedBy.lease).toBeGreaterThan(0)
    expect(result.lost).toBe(2000)
  })
})
