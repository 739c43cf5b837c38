import { type Instant, instant } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadlines } from '../src/index.js'

/** Takes all that is due. */
function drain(deadlines: Deadlines, now: Instant): number[] {
  const keys: number[] = []
  for (let key = deadlines.takeDue(now); key !== null; key = deadlines.takeDue(now)) keys.push(key)
  return keys
}

describe('a deadline', () => {
  it('is taken once, when its time has come', () => {
    const deadlines = new Deadlines()
    deadlines.set(3, instant(10))
    expect([deadlines.next, deadlines.deadlineOf(3)]).toEqual([10, 10])
    expect(deadlines.takeDue(instant(9.9))).toBeNull()
    expect(deadlines.takeDue(instant(10))).toBe(3)
    expect(deadlines.takeDue(instant(99))).toBeNull()
    expect([deadlines.next, deadlines.deadlineOf(3), deadlines.size]).toEqual([null, null, 0])
  })

  it('that moves to a later time is not due before', () => {
    const deadlines = new Deadlines()
    deadlines.set(0, instant(10))
    deadlines.set(0, instant(30))
    expect(deadlines.next).toBe(10)
    expect(deadlines.takeDue(instant(20))).toBeNull()
    expect(deadlines.next).toBe(30)
    expect(deadlines.takeDue(instant(30))).toBe(0)
  })

  it('that moves to an earlier time is due then', () => {
    const deadlines = new Deadlines()
    deadlines.set(1, instant(20))
    deadlines.set(0, instant(30))
    deadlines.set(0, instant(5))
    expect(deadlines.next).toBe(5)
    expect(drain(deadlines, instant(10))).toEqual([0])
  })

  it('that is cleared is due never, and may be set again', () => {
    const deadlines = new Deadlines()
    deadlines.set(0, instant(10))
    deadlines.set(0, null)
    expect(deadlines.deadlineOf(0)).toBeNull()
    expect(drain(deadlines, instant(15))).toEqual([])
    deadlines.set(0, instant(20))
    deadlines.set(0, null)
    deadlines.set(0, instant(40))
    expect(drain(deadlines, instant(20))).toEqual([])
    expect(drain(deadlines, instant(40))).toEqual([0])
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('has no key %d', (key) => {
    const deadlines = new Deadlines()
    expect(() => deadlines.set(key, instant(1))).toThrow(/invariant/)
    expect(deadlines.size).toBe(0)
  })

  it('of a key that was never named is none', () => {
    expect(new Deadlines().deadlineOf(12345)).toBeNull()
  })
})

it('a lease that is renewed again and again takes one place', () => {
  const deadlines = new Deadlines()
  for (let now = 0; now < 10_000; now++) {
    deadlines.set(now % 7, instant(now + 1000))
    expect(drain(deadlines, instant(now))).toEqual([])
  }
  expect(deadlines.size).toBe(7)
})

it('a table that grows keeps the place and the time of every key', () => {
  const deadlines = new Deadlines()
  for (let key = 0; key < 200; key++) {
    deadlines.set(key, instant(1000 - key))
    expect([deadlines.next, deadlines.size]).toEqual([1000 - key, key + 1])
  }
  for (let key = 0; key < 200; key++) deadlines.set(key, instant(2000))
  expect(deadlines.size).toBe(200)
  expect(drain(deadlines, instant(1999))).toEqual([])
  expect(drain(deadlines, instant(2000)).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, key) => key))
})

type Step = readonly [kind: 'set' | 'clear' | 'take' | 'drain', key: number, ms: number]

/** The deadlines as a plain map, and what must be true of both after every step. */
class Pair {
  readonly deadlines = new Deadlines()
  readonly naive = new Map<number, number>()
  readonly #named = new Set<number>()

  step([kind, key, ms]: Step): void {
    const { deadlines, naive } = this
    if (kind === 'set') {
      deadlines.set(key, instant(ms))
      naive.set(key, ms)
      this.#named.add(key)
    } else if (kind === 'clear') {
      deadlines.set(key, null)
      naive.delete(key)
      this.#named.add(key)
    } else if (kind === 'take') {
      const taken = deadlines.takeDue(instant(ms))
      if (taken === null) expect(this.#due(ms)).toEqual([])
      else expect(this.#due(ms)).toContain(taken)
      if (taken !== null) naive.delete(taken)
    } else {
      expect(drain(deadlines, instant(ms)).sort((a, b) => a - b)).toEqual(this.#due(ms))
      for (const due of this.#due(ms)) naive.delete(due)
      expect(deadlines.next ?? Number.POSITIVE_INFINITY).toBeGreaterThan(ms)
    }
  }

  compare(): void {
    const { deadlines, naive } = this
    const earliest = Math.min(...naive.values())
    expect(deadlines.next ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(earliest)
    expect(deadlines.size).toBeGreaterThanOrEqual(naive.size)
    expect(deadlines.size).toBeLessThanOrEqual(this.#named.size)
    for (const key of this.#named) expect(deadlines.deadlineOf(key)).toBe(naive.get(key) ?? null)
  }

  #due(ms: number): number[] {
    return [...this.naive].flatMap(([key, at]) => (at <= ms ? key : [])).sort((a, b) => a - b)
  }
}

it('does what a plain map does, whatever happens', () => {
  const kinds = fc.constantFrom(...(['set', 'set', 'set', 'set', 'clear', 'take', 'take'] as const))
  const kind = fc.oneof({ weight: 10, arbitrary: kinds }, fc.constant('drain' as const))
  // Few keys, which are set and cleared often, or many, which take more than the first capacity; few times, so that many are equal.
  const steps = (keys: number) =>
    fc.array(fc.tuple(kind, fc.nat(keys), fc.nat(50)), { minLength: 20, maxLength: 200, size: 'max' })
  fc.assert(
    fc.property(fc.oneof(steps(5), steps(70)), (acts) => {
      const pair = new Pair()
      for (const act of acts) {
        pair.step(act)
        pair.compare()
      }
    }),
    { numRuns: 100 },
  )
})
