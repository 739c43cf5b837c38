import { type Instant, instant, type ObjectKey } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_OBJECT_LEASE_LIMITS, type LeaseId, ObjectLeases } from '../src/index.js'
import { byId, NaiveLeases } from './support/naive-leases.js'

const at = (ms: number): Instant => instant(ms)
const object = (key: number): ObjectKey => key as ObjectKey
const code = (name: string) => expect.objectContaining({ code: name }) as Error

const CHAIR = object(7)
const TABLE = object(8)

/** A lease of the chair from 0 to 100, by holder 3. */
function oneLease() {
  const leases = new ObjectLeases()
  return { leases, id: leases.acquire(CHAIR, { term: 100, now: at(0), holder: 3 }) }
}

describe('a lease of an object', () => {
  it('keeps it until its time is over, then ends once', () => {
    const { leases, id } = oneLease()
    expect([leases.isLeased(CHAIR), leases.next, leases.size]).toEqual([true, 100, 1])
    expect(leases.find(id)).toEqual({ id, object: CHAIR, holder: 3, endsAt: 100 })
    expect(leases.expire(at(99.9))).toEqual([])
    expect(leases.expire(at(100))).toEqual([{ id, object: CHAIR, holder: 3 }])
    expect([leases.isLeased(CHAIR), leases.next, leases.size, leases.find(id)]).toEqual([false, null, 0, null])
    expect(leases.expire(at(1000))).toEqual([])
  })

  it.each([
    { more: 50, now: 10, endsAt: 100, why: 'its end is the later one' },
    { more: 100, now: 10, endsAt: 110, why: 'the renewal reaches further' },
    { more: 90, now: 10, endsAt: 100, why: 'both are the same' },
  ])('renewed for $more at $now ends at $endsAt: $why', ({ more, now, endsAt }) => {
    const { leases, id } = oneLease()
    expect(leases.renew(id, more, at(now))).toBe(endsAt)
    expect(leases.find(id)?.endsAt).toBe(endsAt)
    expect(leases.expire(at(endsAt - 0.1))).toEqual([])
    expect(leases.expire(at(endsAt))).toHaveLength(1)
  })

  it('is saved by a renewal that was late, as long as nobody has said that it is over', () => {
    const { leases, id } = oneLease()
    expect(leases.renew(id, 100, at(150))).toBe(250)
    expect(leases.expire(at(150))).toEqual([])
  })

  it('is released once, and keeps nothing from then on', () => {
    const { leases, id } = oneLease()
    expect([leases.release(id), leases.release(id)]).toEqual([true, false])
    expect([leases.isLeased(CHAIR), leases.size, leases.next]).toEqual([false, 0, null])
    expect(leases.expire(at(1000))).toEqual([])
  })

  it('ends alone: the others of its object keep it', () => {
    const { leases, id } = oneLease()
    const other = leases.acquire(CHAIR, { term: 500, now: at(0) })
    leases.release(id)
    expect(leases.isLeased(CHAIR)).toBe(true)
    expect(leases.expire(at(500))).toEqual([{ id: other, object: CHAIR, holder: null }])
    expect(leases.isLeased(CHAIR)).toBe(false)
  })

  it('ends with its object, and those of other objects do not', () => {
    const { leases, id } = oneLease()
    const second = leases.acquire(CHAIR, { term: 5, now: at(0) })
    const other = leases.acquire(TABLE, { term: 5, now: at(0) })
    expect(leases.endAll(CHAIR).sort((a, b) => a - b)).toEqual([id, second].sort((a, b) => a - b))
    expect([leases.isLeased(CHAIR), leases.isLeased(TABLE)]).toEqual([false, true])
    expect(leases.endAll(CHAIR)).toEqual([])
    expect([...leases.list()].map((lease) => lease.id)).toEqual([other])
  })
})

describe('the name of a lease', () => {
  it('is refused once it is over, also when another lease has its slot', () => {
    const { leases, id } = oneLease()
    leases.release(id)
    const next = leases.acquire(TABLE, { term: 10, now: at(0) })
    expect(next >>> 0).toBe(id >>> 0)
    expect(next).not.toBe(id)
    expect(() => leases.renew(id, 10, at(1))).toThrow(code('no-such-lease'))
    expect([leases.release(id), leases.find(id), leases.size]).toEqual([false, null, 1])
  })

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32 + 0.5, 2 ** 33, 2 ** 53, 2 ** 32 + 99])(
    'was never %d',
    (number) => {
      const { leases } = oneLease()
      expect(() => leases.renew(number as LeaseId, 10, at(1))).toThrow(code('no-such-lease'))
      expect([leases.release(number as LeaseId), leases.find(number as LeaseId)]).toEqual([false, null])
    },
  )

  it('is never used again, however often its slot is, until the slot rests', () => {
    const leases = new ObjectLeases()
    let [last, repeated] = [0, 0]
    for (let times = 0; times < 2 ** 21 - 1; times++) {
      const id = leases.acquire(CHAIR, { term: 1, now: at(0) })
      if (id <= last || id >>> 0 !== 0) repeated++
      last = id
      leases.release(id)
    }
    expect([repeated, Number.isSafeInteger(last)]).toEqual([0, true])
    expect(leases.acquire(CHAIR, { term: 1, now: at(0) }) >>> 0).toBe(1)
  })
})

describe('limits', () => {
  it('refuse one lease too many, and have room again when one ends', () => {
    const leases = new ObjectLeases({ maxLeases: 2 })
    const [first] = [1, 2].map((key) => leases.acquire(object(key), { term: 1, now: at(0) }))
    expect(() => leases.acquire(CHAIR, { term: 1, now: at(0) })).toThrow(code('too-many-leases'))
    expect([leases.size, leases.isLeased(CHAIR)]).toEqual([2, false])
    leases.release(first)
    leases.acquire(CHAIR, { term: 1, now: at(0) })
    expect([leases.size, leases.isLeased(CHAIR)]).toEqual([2, true])
  })

  it('refuse a term that is too long, of a new lease or of a renewal', () => {
    const leases = new ObjectLeases({ maxTerm: 100 })
    expect(() => leases.acquire(CHAIR, { term: 100.1, now: at(0) })).toThrow(code('lease-term'))
    const id = leases.acquire(CHAIR, { term: 100, now: at(0) })
    expect(() => leases.renew(id, 101, at(0))).toThrow(code('lease-term'))
    expect([...leases.list()]).toEqual([{ id, object: CHAIR, holder: null, endsAt: 100 }])
  })

  it.each([0, -1, Number.NaN])('refuse a term of %d', (term) => {
    const { leases, id } = oneLease()
    expect(() => leases.acquire(CHAIR, { term, now: at(0) })).toThrow(code('bad-term'))
    expect(() => leases.renew(id, term, at(0))).toThrow(code('bad-term'))
    expect(leases.size).toBe(1)
  })

  it.each([{ maxLeases: 0 }, { maxLeases: 2 ** 31 }, { maxTerm: 0 }, { maxTerm: Number.POSITIVE_INFINITY }])(
    'make sense: not %o',
    (limits) => {
      expect(() => new ObjectLeases(limits)).toThrow(code('bad-limits'))
    },
  )

  it('are a million leases of a day unless told', () => {
    expect(new ObjectLeases().limits).toEqual(DEFAULT_OBJECT_LEASE_LIMITS)
    expect(DEFAULT_OBJECT_LEASE_LIMITS).toEqual({ maxLeases: 1_048_576, maxTerm: 86_400_000 })
  })
})

it('a holder is a small number: anything else is a bug of the driver', () => {
  const leases = new ObjectLeases()
  for (const holder of [-2, 0.5, 2 ** 31])
    expect(() => leases.acquire(CHAIR, { term: 1, now: at(0), holder })).toThrow(/invariant/)
  expect(leases.size).toBe(0)
})

it('those that are over end in portions, if a limit is given, earliest first', () => {
  const leases = new ObjectLeases()
  const ids = [30, 10, 20].map((term) => leases.acquire(object(term), { term, now: at(0) }))
  const expire = () => leases.expire(at(50), 2).map(({ id }) => id)
  expect([expire(), leases.next, expire(), leases.next]).toEqual([[ids[1], ids[2]], 30, [ids[0]], null])
})

it('a list that is under way leaves out what ends meanwhile', () => {
  const leases = new ObjectLeases()
  const ids = [1, 2, 3].map((key) => leases.acquire(object(key), { term: 10, now: at(0) }))
  const seen: LeaseId[] = []
  for (const { id } of leases.list()) {
    seen.push(id)
    leases.release(ids[1])
  }
  expect(seen).toEqual([ids[0], ids[2]])
})

type Step =
  | readonly [kind: 'acquire', object: number, term: number, holder: number]
  | readonly [kind: 'renew' | 'release', which: number, more: number]
  | readonly [kind: 'endAll', object: number]
  | readonly [kind: 'pass', ms: number]

/** Real leases and naive ones; every lease that ever was is asked for, so that stale names are, too. */
class Pair {
  readonly #leases = new ObjectLeases()
  readonly #naive = new NaiveLeases()
  readonly #ever: LeaseId[] = []
  readonly #objects = new Set<ObjectKey>()
  #now = 0

  step(step: Step): void {
    if (step[0] === 'acquire') this.#acquire(object(step[1]), step[2], step[3])
    else if (step[0] === 'endAll')
      expect(this.#leases.endAll(object(step[1])).sort((a, b) => a - b)).toEqual(this.#naive.endAll(object(step[1])))
    else if (step[0] === 'pass') {
      this.#now += step[1]
      expect(this.#leases.expire(at(this.#now)).sort(byId)).toEqual(this.#naive.expire(this.#now))
    } else if (this.#ever.length > 0) this.#touch(step[0], this.#ever[step[1] % this.#ever.length], step[2])
  }

  compare(): void {
    const [leases, naive] = [this.#leases, this.#naive]
    expect([...leases.list()].sort(byId)).toEqual(naive.list())
    expect(leases.size).toBe(naive.size)
    for (const id of this.#ever) expect(leases.find(id)).toEqual(naive.find(id))
    for (const key of this.#objects) expect(leases.isLeased(key)).toBe(naive.isLeased(key))
    const earliest = Math.min(...naive.list().map(({ endsAt }) => endsAt))
    expect(leases.next ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(earliest)
    expect(leases.next === null).toBe(naive.size === 0)
  }

  #acquire(key: ObjectKey, term: number, holder: number): void {
    const id = this.#leases.acquire(key, { term, now: at(this.#now), holder })
    expect(this.#ever).not.toContain(id)
    this.#ever.push(id)
    this.#objects.add(key)
    this.#naive.add({ id, object: key, holder, endsAt: at(this.#now + term) })
  }

  #touch(kind: 'renew' | 'release', id: LeaseId, more: number): void {
    if (kind === 'release') {
      expect(this.#leases.release(id)).toBe(this.#naive.release(id))
      return
    }
    const endsAt = this.#naive.renew(id, more, this.#now)
    if (endsAt === null) expect(() => this.#leases.renew(id, more, at(this.#now))).toThrow(code('no-such-lease'))
    else expect(this.#leases.renew(id, more, at(this.#now))).toBe(endsAt)
  }
}

it('do what a Map of plain objects does, whatever happens', () => {
  const term = fc.integer({ min: 1, max: 30 })
  // Few objects with many leases each, or many with few, some of which differ in their upper half alone.
  const key = (count: number) =>
    fc.tuple(fc.nat(count), fc.constantFrom(0, 1)).map(([low, high]) => high * 2 ** 32 + low * 16)
  const steps = (count: number) =>
    fc.array(
      fc.oneof<fc.WeightedArbitrary<Step>[]>(
        { weight: 8, arbitrary: fc.tuple(fc.constant('acquire' as const), key(count), term, fc.nat(9)) },
        { weight: 6, arbitrary: fc.tuple(fc.constantFrom('renew' as const, 'release' as const), fc.nat(), term) },
        { weight: 1, arbitrary: fc.tuple(fc.constant('endAll' as const), key(count)) },
        { weight: 1, arbitrary: fc.tuple(fc.constant('pass' as const), fc.nat(20)) },
      ),
      { minLength: 20, maxLength: 250, size: 'max' },
    )
  fc.assert(
    fc.property(fc.oneof(steps(2), steps(100)), (acts) => {
      const pair = new Pair()
      for (const [index, act] of acts.entries()) {
        pair.step(act)
        if (index % 10 === 0) pair.compare()
      }
      pair.compare()
    }),
    { numRuns: 60 },
  )
})
