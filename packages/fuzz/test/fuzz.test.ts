/** The fuzzer finds what is there to be found, and repeats it. */
import { describe, expect, it } from 'vitest'
import { Coverage } from '../src/coverage.js'
import { fuzz } from '../src/fuzz.js'
import { join, split } from '../src/pieces.js'
import { Finding, type FuzzTarget } from '../src/target.js'

const fragile: FuzzTarget = {
  name: 'fragile',
  about: 'crashes on a byte',
  seeds: () => [Uint8Array.of(1, 2, 3)],
  run(input) {
    if (input.includes(0xc0)) throw new Finding('a byte that must not be')
  },
}

describe('the fuzzer', () => {
  it('stops at a finding and names the input, the same one for the same seed', async () => {
    const found = await fuzz({ target: fragile, runs: 5_000, seed: 3 })
    const again = await fuzz({ target: fragile, runs: 5_000, seed: 3 })
    expect(found.finding?.error).toBeInstanceOf(Finding)
    expect(again.finding?.input).toEqual(found.finding?.input)
    expect(() => fragile.run(again.finding?.input ?? new Uint8Array())).toThrow(Finding)
  })

  it('stops when it is told to', async () => {
    const outcome = await fuzz({ target: { ...fragile, run: () => {} }, runs: 1e9, seed: 1, isOver: () => true })
    expect(outcome.finding).toBeNull()
    expect(outcome.runs).toBeLessThan(10)
  })
})

describe('coverage', () => {
  it('tells what ran for the first time, until it is kept', async () => {
    const { decodeMessage } = await import('@holdfast/core')
    const coverage = new Coverage()
    coverage.start()
    const pong = Uint8Array.of(13)
    decodeMessage(pong)
    const fresh = coverage.look()
    coverage.keep(fresh)
    decodeMessage(pong)
    const again = coverage.look()
    expect(() => decodeMessage(Uint8Array.of(99))).toThrow('unknown-message')
    const other = coverage.look()
    coverage.stop()
    expect(fresh.length).toBeGreaterThan(0)
    expect(again).toEqual([])
    expect(other.length).toBeGreaterThan(0)
  })
})

describe('an input of several parts', () => {
  it('is taken apart as it was put together', () => {
    const parts = [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(255)]
    expect(split(join(parts))).toEqual(parts)
  })

  it('may end in the middle of one', () => {
    expect(split(Uint8Array.of(9, 1, 2))).toEqual([Uint8Array.of(1, 2)])
  })
})
