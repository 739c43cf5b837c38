import { describe, expect, it } from 'vitest'
import { measureCalls } from '../dist/calls/measure-calls.js'
import { medianInterval } from '../dist/calls/median-interval.js'
import { CHAIN_DELAY_MS } from '../dist/calls/slice.js'

describe('medianInterval', () => {
  it('lies between what ranks so far from the middle', () => {
    const values = Array.from({ length: 31 }, (_, index) => (index * 7) % 31)
    // Of 31 values the 10th and the 21st, as tables of the sign test have it.
    expect(medianInterval(values)).toEqual({ median: 15, low: 10, high: 20 })
  })

  it('is one value of one', () => {
    expect(medianInterval([3])).toEqual({ median: 3, low: 3, high: 3 })
  })
})

describe('the calls', () => {
  it('come to the right answers alone, together and in chains, which cost one way there and back', async () => {
    const systems = ['raw', 'holdfast'] as const
    const effort = { pairs: 1, ms: 1, chains: 1, warmUpMs: 1, systems }
    const { calls, chains } = await measureCalls(effort, () => {})
    expect(calls.map(({ system }) => system)).toEqual([...systems, ...systems])
    const [direct, pipelined] = systems.map((name) => chains.find(({ system }) => system === name)?.ms ?? [])
    expect(direct[4]).toBeGreaterThanOrEqual(5 * 2 * CHAIN_DELAY_MS - 5)
    expect(pipelined[4]).toBeLessThan(direct[4])
  }, 60_000)
})
