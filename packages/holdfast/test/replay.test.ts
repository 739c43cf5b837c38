import { startGraphCluster } from '@holdfast/worker'
import { describe, expect, test } from 'vitest'
import { type ReplayOptions, replay } from '../src/replay/replay.js'
import type { ReplayResult } from '../src/replay/result.js'
import type { Progress } from '../src/replay/surroundings.js'
import { DROP_ALL, HEAP, KNOWN_CUTS } from './support/known-cuts.js'

const silent: Progress = { begin() {}, update() {}, done() {}, note() {}, stop() {} }

function run(options: Partial<ReplayOptions>): Promise<ReplayResult> {
  const { cut, count } = DROP_ALL
  return replay(
    {
      file: HEAP,
      nodes: 4,
      partition: 'hash',
      cut,
      count,
      seed: 1,
      graph: 'auto',
      collectors: ['refcount', 'tracing'],
      transport: 'message-port',
      loss: 0,
      ...options,
    },
    { createCluster: startGraphCluster, progress: silent },
  )
}

const RIGHT = { missed: 0, wronglyFreed: 0, ok: true }

describe('on 4 worker threads', () => {
  test.each(KNOWN_CUTS)('$cut $count frees exactly its garbage, each collector its part', async (known) => {
    const { cut, count, garbage, onlyTracing, fingerprint } = known
    const result = await run({ cut, count })
    expect(result).toMatchObject({ ...RIGHT, garbage, fingerprint, crossReferences: 670_995 })
    expect(result.freedBy).toEqual({ refcount: garbage - onlyTracing, lease: 0, tracing: onlyTracing })
    const { expected, ...left } = result.tables
    expect(left).toEqual(expected)
    expect(result.rounds).toBeGreaterThan(0)
  })

  test.each(KNOWN_CUTS)('$cut $count without tracing leaves its cross-node cycles', async (known) => {
    const { cut, count, garbage, onlyTracing } = known
    const result = await run({ cut, count, collectors: ['refcount'] })
    expect(result).toMatchObject({ garbage, missed: onlyTracing, wronglyFreed: 0, rounds: 0, ok: false })
    expect(result.freedBy).toEqual({ refcount: garbage - onlyTracing, lease: 0, tracing: 0 })
  })

  test('without reference listing tracing frees everything', async () => {
    const { cut, count, garbage, fingerprint } = KNOWN_CUTS[1]
    const result = await run({ cut, count, collectors: ['tracing'] })
    expect(result).toMatchObject({ ...RIGHT, fingerprint, freedBy: { refcount: 0, lease: 0, tracing: garbage } })
  })

  test('with a graphology collage the outcome is the same', async () => {
    const { cut, count, fingerprint } = KNOWN_CUTS[1]
    expect(await run({ cut, count, graph: 'graphology' })).toMatchObject({ ...RIGHT, fingerprint })
  })

  test('a small cut in a large heap whose nodes have reported before costs a fraction of a megabyte', async () => {
    const known = KNOWN_CUTS.find(({ cut, onlyTracing }) => cut === 'roots' && onlyTracing < 100)
    if (known === undefined) throw new Error('a cut of some root entries is among the known ones')
    const { cut, count, fingerprint } = known
    const result = await run({ cut, count, settled: true })
    expect(result).toMatchObject({ ...RIGHT, fingerprint, rounds: 1 })
    // Ten times what it takes would still do; all suspects are several times that.
    expect(result.bytes).toBeLessThan(500_000)
  })

  test('a coordinator that is replaced in the middle only delays', async () => {
    expect(await run({ replaceCoordinator: true })).toMatchObject({ ...RIGHT, fingerprint: DROP_ALL.fingerprint })
  })

  test('nothing let go of is nothing freed', async () => {
    const result = await run({ count: 0 })
    expect(result).toMatchObject({ ...RIGHT, garbage: 0, count: 0, rounds: 0 })
    expect(result.freedBy).toEqual({ refcount: 0, lease: 0, tracing: 0 })
  })
})

describe('the whole program dropped', () => {
  test.each([
    [1, 'hash'],
    [1, 'block'],
    [2, 'hash'],
    [2, 'block'],
    [4, 'block'],
    [8, 'hash'],
    [8, 'block'],
  ] as const)('on %d worker threads, %s partition', async (nodes, partition) => {
    const result = await run({ nodes, partition })
    expect(result).toMatchObject({ ...RIGHT, nodes, partition, fingerprint: DROP_ALL.fingerprint })
    expect(result.tables).toMatchObject({ exports: 0, imports: 0, pins: 0 })
    if (nodes === 1)
      expect(result).toMatchObject({ crossReferences: 0, freedBy: { refcount: 220_986, lease: 0, tracing: 0 } })
  })

  test('with a graphology collage', async () => {
    expect(await run({ graph: 'graphology' })).toMatchObject({ ...RIGHT, fingerprint: DROP_ALL.fingerprint })
  })

  test('in one thread over a network that loses every fifth frame', async () => {
    const result = await run({ transport: 'memory', loss: 0.2 })
    expect(result).toMatchObject({ ...RIGHT, fingerprint: DROP_ALL.fingerprint })
    expect(result.freedBy.tracing).toBe(DROP_ALL.onlyTracing)
  })
})
