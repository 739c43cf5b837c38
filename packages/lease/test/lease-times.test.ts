import { rulesWithout } from '@holdfast/core/unsafe-rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LEASE, leaseTimes } from '../src/index.js'

const options = fc.record({
  term: fc.double({ min: 1, max: 1e7, noNaN: true }),
  drift: fc.double({ min: 0, max: 0.1, noNaN: true }),
})
const depth = fc.nat(4)

/** Rounding in the last places of a double. */
const ALMOST = 1 + 1e-12

describe('the times of a lease', () => {
  it.each([
    ['no term', 0, 0.01],
    ['a term under a millisecond', 0.5, 0.01],
    ['a term without end', Number.POSITIVE_INFINITY, 0.01],
    ['a term that is no number', Number.NaN, 0.01],
    ['a negative drift', 1000, -0.01],
    ['a drift over a tenth', 1000, 0.11],
    ['a drift that is no number', 1000, Number.NaN],
  ])('are refused for %s', (_, term, drift) => {
    expect(() => leaseTimes({ term, drift }, 1)).toThrow(expect.objectContaining({ code: 'bad-lease' }))
  })

  it.each([
    [1, 0],
    [1, 0.1],
    [1e9, 0.1],
  ])('exist at the bounds: a term of %d ms, a drift of %d', (term, drift) => {
    const times = leaseTimes({ term, drift }, 0)
    expect(times.ownerTerm).toBe(term)
    expect(Object.values(times).every((duration) => Number.isFinite(duration) && duration > 0)).toBe(true)
  })

  it('by default let a holder send two pings in vain', () => {
    const { holderTerm, pingAfter } = leaseTimes(DEFAULT_LEASE, 1)
    expect(Math.round(holderTerm / pingAfter)).toBe(3)
  })
})

describe('on the slowest and the fastest clock within the bound', () => {
  it("a holder's term is over before its owner's", () => {
    fc.assert(
      fc.property(options, (lease) => {
        const { holderTerm, ownerTerm } = leaseTimes(lease, 1)
        const longest = holderTerm / (1 - lease.drift)
        expect(longest).toBeLessThanOrEqual((ownerTerm / (1 + lease.drift)) * ALMOST)
      }),
    )
  })

  it('a quarantine outlasts the view of the holder and every gift that may still be under way', () => {
    fc.assert(
      fc.property(options, depth, (lease, giftDepth) => {
        const { holderTerm, quarantine } = leaseTimes(lease, giftDepth)
        const longestTerm = holderTerm / (1 - lease.drift)
        // To the receiver two terms, one to a session with the owner, two for the addRef: for every gift upon another.
        const gifts = 5 * (giftDepth + 1) * longestTerm
        expect((quarantine / (1 + lease.drift)) * ALMOST).toBeGreaterThanOrEqual(longestTerm + gifts)
        expect(quarantine).toBeGreaterThanOrEqual(3 * holderTerm * (giftDepth + 1))
      }),
    )
  })

  it('a deeper gift takes a longer quarantine', () => {
    const [flat, deep] = [leaseTimes(DEFAULT_LEASE, 0), leaseTimes(DEFAULT_LEASE, 1)]
    expect(deep.quarantine).toBeGreaterThan(flat.quarantine)
  })
})

describe('a rule that is switched off', () => {
  it('lets a holder trust its session without end, and changes nothing else', () => {
    const on = leaseTimes(DEFAULT_LEASE, 1)
    const off = leaseTimes(DEFAULT_LEASE, 1, rulesWithout('holder-knows-first'))
    expect(off).toEqual({ ...on, holderTerm: Number.MAX_SAFE_INTEGER })
  })

  it('lets a quarantine end too early, and changes nothing else', () => {
    const on = leaseTimes(DEFAULT_LEASE, 1)
    const off = leaseTimes(DEFAULT_LEASE, 1, rulesWithout('quarantine-outlasts-gifts'))
    expect(off).toEqual({ ...on, quarantine: DEFAULT_LEASE.term })
  })
})
