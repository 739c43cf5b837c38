import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../src/errors.js'
import { Random } from '../src/random.js'

/** Marsaglia's xorshift32 (13, 17, 5) once more, in 64-bit integers, where nothing can overflow unnoticed. */
function reference(seed: bigint): bigint {
  const mask = 0xffffffffn
  let x = seed
  x ^= (x << 13n) & mask
  x ^= x >> 17n
  x ^= (x << 5n) & mask
  return x & mask
}

describe('Random', () => {
  it('gives the known values of xorshift32', () => {
    const random = new Random(1)
    expect([random.next(), random.next(), random.next()]).toEqual([270369, 67634689, 2647435461])
    // The seed of Marsaglia's paper.
    expect(new Random(2463534242).next()).toBe(723471715)
  })

  it('agrees with a reference in exact arithmetic', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffffffff }), (seed) => {
        expect(BigInt(new Random(seed).next())).toBe(reference(BigInt(seed)))
      }),
    )
  })

  it('takes seeds modulo 2^32 and never gets stuck at 0', () => {
    expect(new Random(2 ** 32 + 9).next()).toBe(new Random(9).next())
    expect(new Random(-1).next()).toBe(new Random(0xffffffff).next())
    expect(new Random(0).next()).toBe(new Random(1).next())
  })

  it('gives fractions from 0 up to but not 1', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const fraction = new Random(seed).fraction()
        expect(fraction).toBeGreaterThanOrEqual(0)
        expect(fraction).toBeLessThan(1)
      }),
    )
  })

  it('stays below a bound and meets every value below it about equally often', () => {
    const random = new Random(7)
    const met = Array.from({ length: 10 }, () => 0)
    for (let draw = 0; draw < 100_000; draw++) met[random.below(10)]++
    for (const count of met) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })

  it('is true with the probability asked for', () => {
    const random = new Random(8)
    let yes = 0
    for (let draw = 0; draw < 100_000; draw++) if (random.chance(0.3)) yes++
    expect(Math.abs(yes - 30_000)).toBeLessThan(1000)
    expect(random.chance(0)).toBe(false)
    expect(random.chance(1)).toBe(true)
  })

  it('picks members of a list', () => {
    const random = new Random(9)
    const picked = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])))
    expect(picked).toEqual(new Set(['a', 'b', 'c']))
  })

  it('refuses an empty range and an empty list', () => {
    expect(() => new Random(1).below(0)).toThrow(InvariantError)
    expect(() => new Random(1).pick([])).toThrow(InvariantError)
  })
})
