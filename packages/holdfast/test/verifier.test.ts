import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { objectCount } from '../src/heap-graph/heap-graph.js'
import { assignOwners } from '../src/heap-graph/partition.js'
import { reachable } from '../src/heap-graph/reachable.js'
import { writeRhg } from '../src/heap-graph/rhg.js'
import { type Evidence, verify } from '../src/replay/verifier.js'
import { arbitraryGraph, graphOf } from './support/arbitrary-graph.js'

/** Root → 0 → 1 ⇄ 2, 0 → 3 twice; nodes 0, 1, 2, 1. Reference 0 is 0 → 1. */
const FILE = writeRhg(graphOf([[1, 3, 3], [2], [1], []], [0]))
const OWNERS = Uint8Array.of(0, 1, 2, 1)

function judge(evidence: Partial<Evidence>) {
  const none = new Uint32Array(0)
  return verify({
    file: FILE,
    partition: OWNERS,
    nodes: 3,
    removedReferences: none,
    removedRoots: none,
    killed: [],
    survivors: none,
    ...evidence,
  })
}

const sha256 = (...ids: number[]): string =>
  createHash('sha256')
    .update(new Uint8Array(Uint32Array.from(ids).buffer))
    .digest('hex')

describe('the verifier', () => {
  test('imports nothing of ours', () => {
    const source = readFileSync(new URL('../src/replay/verifier.ts', import.meta.url), 'utf8')
    const imported = [...source.matchAll(/\bfrom '([^']+)'|\bimport\(/g)].map((match) => match[1])
    expect(imported.length).toBeGreaterThan(0)
    expect(imported.every((name) => name?.startsWith('node:'))).toBe(true)
  })

  test('finds nothing wrong when nothing was removed and all survived', () => {
    const verdict = judge({ survivors: Uint32Array.of(3, 2, 1, 0) })
    expect(verdict).toEqual({
      liveBefore: 4,
      lost: 0,
      garbage: 0,
      missed: 0,
      wronglyFreed: 0,
      fingerprint: sha256(),
      expectedFingerprint: sha256(),
      expectedFreedBy: { refcount: 0, lease: 0, tracing: 0 },
      // 1 held by nodes 0 and 2, 2 by node 1, 3 by node 0.
      expectedTables: { exports: 3, imports: 4, pins: 0 },
    })
  })

  test('a cycle that was let go of is garbage, and missed while it is there', () => {
    const removedReferences = Uint32Array.of(0)
    const right = judge({ removedReferences, survivors: Uint32Array.of(0, 3) })
    expect(right).toMatchObject({ garbage: 2, missed: 0, wronglyFreed: 0 })
    expect(right.fingerprint).toBe(sha256(1, 2))
    expect(right.expectedTables).toEqual({ exports: 1, imports: 1, pins: 0 })
    const late = judge({ removedReferences, survivors: Uint32Array.of(0, 1, 3) })
    expect(late).toMatchObject({ garbage: 2, missed: 1, wronglyFreed: 0, fingerprint: sha256(2) })
    expect(late.expectedFingerprint).toBe(sha256(1, 2))
  })

  test('what is live and gone was wrongly freed', () => {
    expect(judge({ survivors: Uint32Array.of(0, 1, 3) })).toMatchObject({ garbage: 0, missed: 0, wronglyFreed: 1 })
  })

  test('one of two parallel references keeps its target', () => {
    expect(judge({ removedReferences: Uint32Array.of(1) })).toMatchObject({ garbage: 0 })
    expect(judge({ removedReferences: Uint32Array.of(1, 2) })).toMatchObject({ garbage: 1 })
  })

  test('one of two root entries keeps its object', () => {
    const file = writeRhg(graphOf([[]], [0, 0]))
    const once = { file, partition: 'block', nodes: 1, removedRoots: Uint32Array.of(1) } as const
    expect(judge(once)).toMatchObject({ garbage: 0 })
    expect(judge({ ...once, removedRoots: Uint32Array.of(0, 1) })).toMatchObject({ garbage: 1 })
  })

  test('an object that nothing ever reached is no garbage of the cut, but missed while it is there', () => {
    const file = writeRhg(graphOf([[], []], [0]))
    const block = { file, partition: 'block', nodes: 2 } as const
    expect(judge({ ...block, survivors: Uint32Array.of(0) })).toMatchObject({ liveBefore: 1, garbage: 0, missed: 0 })
    expect(judge({ ...block, survivors: Uint32Array.of(0, 1) })).toMatchObject({ garbage: 0, missed: 1 })
  })

  test('what killed nodes owned is lost, and neither garbage nor live', () => {
    // Node 2 owns 2. It held 1, which 0 still refers to; 1 held 2, which went with it.
    const verdict = judge({ killed: [2], survivors: Uint32Array.of(0, 1, 3) })
    expect(verdict).toMatchObject({ liveBefore: 4, lost: 1, garbage: 0, missed: 0, wronglyFreed: 0 })
    expect(verdict.fingerprint).toBe(sha256())
    expect(verdict.expectedTables, 'nobody holds 2 any more, and 2 holds nothing').toEqual({
      exports: 2,
      imports: 2,
      pins: 0,
    })
    expect(() => judge({ killed: [2], survivors: Uint32Array.of(0, 1, 2, 3) })).toThrow('killed')
  })

  test('what only killed nodes led to is garbage', () => {
    // Node 0 owns the only root: nothing is live without it.
    const verdict = judge({ killed: [0], survivors: Uint32Array.of(1) })
    expect(verdict).toMatchObject({ liveBefore: 4, lost: 1, garbage: 3, missed: 1, wronglyFreed: 0 })
    expect(verdict.fingerprint).toBe(sha256(2, 3))
    expect(verdict.expectedFingerprint).toBe(sha256(1, 2, 3))
    // 3 hangs on the lease alone; 1 and 2 hold each other.
    expect(verdict.expectedFreedBy).toEqual({ refcount: 0, lease: 1, tracing: 2 })
  })

  test('listing frees what no killed node held, leases what one did although it was cut, tracing the cycles', () => {
    // Root → 0 → 1 → 2, 0 → 3 ⇄ 4, root → 5; nodes 0, 1, 2, 1, 2, 0. Of 1 → 2 node 1 never told that it was cut.
    const file = writeRhg(graphOf([[1, 3], [2], [], [4], [3], []], [0, 5]))
    const scene = { file, partition: Uint8Array.of(0, 1, 2, 1, 2, 0), removedReferences: Uint32Array.of(2) }
    const counts = (killed: number[], removedRoots: number[]) =>
      judge({ ...scene, killed, removedRoots: Uint32Array.from(removedRoots) }).expectedFreedBy
    expect(counts([], [])).toEqual({ refcount: 1, lease: 0, tracing: 0 })
    expect(counts([1], [])).toEqual({ refcount: 0, lease: 2, tracing: 0 })
    expect(counts([0], [])).toEqual({ refcount: 1, lease: 1, tracing: 2 })
    expect(counts([], [0, 1])).toEqual({ refcount: 4, lease: 0, tracing: 2 })
  })

  test('survivors that were never loaded, or come twice, are no evidence', () => {
    expect(() => judge({ survivors: Uint32Array.of(4) })).toThrow('never loaded')
    expect(() => judge({ survivors: Uint32Array.of(1, 1) })).toThrow('twice')
  })

  test('agrees with the code that partitions and cuts, gzipped or not', () => {
    const partition = fc.constantFrom('hash' as const, 'block' as const)
    fc.assert(
      fc.property(arbitraryGraph, partition, fc.integer({ min: 1, max: 4 }), (graph, kind, wanted) => {
        const nodes = Math.min(wanted, objectCount(graph))
        const owners = assignOwners(kind, objectCount(graph), nodes)
        const file = writeRhg(graph)
        const byName = judge({ file: gzipSync(file), partition: kind, nodes })
        expect(byName).toEqual(judge({ file, partition: owners, nodes }))
        expect(byName.liveBefore).toBe(reachable(graph).reduce((sum, flag) => sum + flag, 0))
      }),
    )
  })
})
