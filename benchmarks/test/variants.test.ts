/** Variants of the suites, small: with real threads, ports and collections. Their workers are built files. */
import { describe, expect, it } from 'vitest'
import { startCalls, startChains } from '../dist/calls/call-variants.js'
import { CHAIN_DELAY_MS } from '../dist/calls/slice.js'
import { startCallsMeanwhile } from '../dist/collection/calls-meanwhile.js'
import { startPair } from '../dist/durability/durable-calls.js'
import { startTableLeases } from '../dist/leases/object-lease-variants.js'
import { startSessionLease } from '../dist/leases/session-lease-variant.js'
import { startSoak } from '../dist/memory/soak-variant.js'
import { startBulkDrop } from '../dist/references/bulk-drop-variant.js'
import { startReferences } from '../dist/references/reference-variant.js'
import { runCase } from '../dist/run/run-case.js'
import { VariantChild } from '../dist/run/variant-child.js'
import type { Sample, Variant } from '../src/suite.js'
import { SUITES } from '../src/suites.js'

async function once(starting: Variant | Promise<Variant>): Promise<Sample> {
  const variant = await starting
  try {
    return await variant.round()
  } finally {
    await variant.close?.()
  }
}

/** All numbers above 0: of everything there is some. */
const some = (sample: Sample, ...metrics: string[]): void => {
  for (const metric of metrics) expect([metric, sample[metric]]).toEqual([metric, expect.any(Number)])
  expect(metrics.filter((metric) => !((sample[metric] ?? 0) > 0))).toEqual([])
}

describe('calls', () => {
  it.each([
    { kind: 'sequential', ms: 1 },
    { kind: 'in-flight', width: 100, ms: 1 },
  ] as const)('come to the right answers: $kind', async (request) => {
    const sample = await once(startCalls('holdfast', { request, warmUpMs: 1 }))
    some(sample, 'calls', 'p50')
    expect(sample['p99']).toBeGreaterThanOrEqual(sample['p50'] ?? NaN)
  })

  it('of a chain cost one way there and back in all, and raw ones one each', async () => {
    const [direct, pipelined] = await Promise.all([once(startChains('raw')), once(startChains('holdfast'))])
    expect(direct['5 calls']).toBeGreaterThanOrEqual(5 * 2 * CHAIN_DELAY_MS - 5)
    expect(pipelined['5 calls']).toBeLessThan(direct['5 calls'] ?? NaN)
  })

  it('of nodes with a disk all come, with what they refer to', async () => {
    const sample = await once(startPair('both', { calls: 200, window: 100, givesReferences: true }))
    expect(sample['calls']).toBeGreaterThan(0)
  })
})

describe('references', () => {
  it.each(['raw table', 'holdfast', 'holdfast, managed', 'capnweb'] as const)(
    'of %s are made, held and let go of, and nothing is left',
    async (system) => {
      const sample = await once(startReferences(system, { references: 100 }))
      some(sample, 'create', 'release', 'wire create', 'wire release', 'messages')
      expect(sample['left']).toBe(0)
    },
  )

  it('of captp are left, all of them, and that is seen', async () => {
    expect(await once(startReferences('captp', { references: 50, collections: 5 }))).toMatchObject({ left: 100 })
  })

  it('that are dropped in bulk go, and hold nobody up for ever', async () => {
    const sample = await once(startBulkDrop('holdfast', 500))
    some(sample, 'gone after')
    expect(sample['longest pause']).toBeGreaterThanOrEqual(sample['pause p99'] ?? NaN)
  })
})

describe('leases', () => {
  it('of objects are renewed and weighed', async () => {
    const sample = await once(startTableLeases({ leases: 10_000, timeMs: 1 }))
    some(sample, 'renewals', 'bytes')
    expect(sample['bytes']).toBeLessThan(120)
  })

  it('of a session cost as much for many references as for one', async () => {
    const [one, many] = [await once(startSessionLease(1)), await once(startSessionLease(5_000))]
    some(one, 'bytes a term', 'messages a term')
    expect((many['bytes a term'] ?? NaN) / (one['bytes a term'] ?? NaN)).toBeLessThan(1.5)
  })
})

describe('the collection', () => {
  // On a busy machine each call may fall into a collection of V8's, and then there are none apart from these.
  const ALL_CALLS = 'p99, those in V8’s collections too'

  it('of cycles goes on while calls are answered', async () => {
    const during = await once(startCallsMeanwhile({ isCollecting: true, cycles: 100, timeMs: 200 }))
    some(during, ALL_CALLS, 'round')
    const without = await once(startCallsMeanwhile({ isCollecting: false, cycles: 100, timeMs: 100 }))
    some(without, ALL_CALLS)
    expect(without['round']).toBeNull()
  })
})

it('a soak leaves nothing in the tables', async () => {
  const variant = startSoak(Infinity)
  try {
    await variant.round()
    // A session that a busy machine cuts short leaves its entries until its lease has ended; what leaks is there for ever.
    const entries = async (): Promise<unknown> => (await variant.round())['tables after churn']
    await expect.poll(entries, { timeout: 40_000 }).toBe(0)
  } finally {
    await variant.close?.()
  }
})

describe('a case', () => {
  it('runs each variant in a process of its own, and measures all', async () => {
    const suite = await SUITES.leases.load()
    const found = suite.cases({ quick: true }).find(({ name }) => name === 'session leases')
    const variants = Object.fromEntries(Object.entries(found?.variants ?? {}).slice(0, 2))
    const given = { name: 'session leases', rounds: 2, metrics: found?.metrics ?? {}, variants }
    const lines: string[] = []
    const progress = (line: string): void => void lines.push(line)
    const measured = await runCase('leases', given, { quick: true, profile: null, progress })
    expect(measured.map(({ variant, values }) => [variant, values.length])).toEqual([
      ['1 held', 2],
      ['1 held', 2],
      ['1,000 held', 2],
      ['1,000 held', 2],
    ])
    expect(lines.at(-1)).toBe('session leases: round 2 of 2')
  })

  it('fails with its variant', async () => {
    const name = { suite: 'leases', case: 'session leases', variant: 'nobody' }
    await expect(VariantChild.start(name, { quick: true, profile: null })).rejects.toThrow('nobody: exit code 1')
  })
})
