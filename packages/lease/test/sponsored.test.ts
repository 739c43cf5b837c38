import { type Instant, instant, type ObjectKey } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ObjectLeases, type SponsorEffect, type SponsorEvent, SponsoredLeases } from '../src/index.js'

const GRACE = 100
const at = (ms: number): Instant => instant(ms)
const code = (name: string) => expect.objectContaining({ code: name }) as Error
const CHAIR = 7 as ObjectKey

/** One lease of the chair from 0 to 1000, and how its sponsor, if it has one, is asked a grace before. */
function trial() {
  const leases = new ObjectLeases()
  const sponsored = new SponsoredLeases<string>(leases, GRACE)
  const lease = leases.acquire(CHAIR, { term: 1000, now: at(0) })
  const step = (now: number, event: SponsorEvent<string>): SponsorEffect<string>[] => sponsored.step(event, at(now))
  return {
    leases,
    sponsored,
    lease,
    time: (now: number) => step(now, { type: 'time' }),
    sponsor: (now: number, sponsor = 'anna') => step(now, { type: 'sponsored', lease, sponsor }),
    answer: (now: number, more: number | null) => step(now, { type: 'answered', lease, more }),
    end: (now: number) => step(now, { type: 'ended', lease }),
    ask: (endsAt: number, sponsor = 'anna') => ({ type: 'ask', lease, sponsor, endsAt }),
    expired: { type: 'expired', lease: { id: lease, object: CHAIR, holder: null } },
  }
}

describe('a lease with a sponsor', () => {
  it('is renewed by the answer, and its sponsor asked again before the new end', () => {
    const { sponsored, sponsor, time, answer, ask, lease } = trial()
    expect(sponsor(0)).toEqual([])
    expect(sponsored.nextDeadline).toBe(900)
    expect(time(899)).toEqual([])
    expect(time(900)).toEqual([ask(1000)])
    expect(answer(920, 500)).toEqual([{ type: 'renewed', lease, endsAt: 1420 }])
    expect([time(1000), time(1319)]).toEqual([[], []])
    expect(time(1320)).toEqual([ask(1420)])
  })

  it('ends when no answer comes, having asked once', () => {
    const { sponsor, time, ask, expired, sponsored } = trial()
    sponsor(0)
    expect([time(900), time(950), time(999)]).toEqual([[ask(1000)], [], []])
    expect(time(1000)).toEqual([expired])
    expect(sponsored.nextDeadline).toBeNull()
  })

  it('ends when the answer is no, and is not asked for again', () => {
    const { sponsor, time, answer, ask, expired } = trial()
    sponsor(0)
    expect([time(900), answer(910, null), time(999)]).toEqual([[ask(1000)], [], []])
    expect(time(1000)).toEqual([expired])
  })

  it('waits a grace for the answer when the question came late, as the node slept', () => {
    const { sponsor, time, answer, ask, lease, expired } = trial()
    sponsor(0)
    expect(time(5000)).toEqual([ask(5100)])
    expect(time(5099)).toEqual([])
    expect(answer(5099, 300)).toEqual([{ type: 'renewed', lease, endsAt: 5399 }])
    expect(time(5299)).toEqual([ask(5399)])
    expect(time(5399)).toEqual([expired])
  })

  it('is asked for at once when it has less than a grace left', () => {
    const { sponsor, time, ask, sponsored } = trial()
    sponsor(950)
    expect(sponsored.nextDeadline).toBe(900)
    expect(time(950)).toEqual([ask(1050)])
  })

  it('is asked for once a grace, however little its sponsor gives', () => {
    const { sponsor, time, answer } = trial()
    sponsor(0)
    let asked = 0
    for (let now = 900; now < 1900; now++) {
      for (const { type } of time(now)) {
        expect(type).toBe('ask')
        asked++
        answer(now, 1)
      }
    }
    expect(asked).toBe(10)
  })

  it('that somebody else renews is asked for before the new end instead', () => {
    const { sponsor, time, ask, leases, lease } = trial()
    sponsor(0)
    leases.renew(lease, 1000, at(500))
    expect([time(900), time(1399)]).toEqual([[], []])
    expect(time(1400)).toEqual([ask(1500)])
    leases.renew(lease, 1000, at(1450))
    expect([time(1500), time(2349)]).toEqual([[], []])
    expect(time(2350)).toEqual([ask(2450)])
  })

  it('that somebody else renews by little is asked for again, but not kept for a sponsor that is silent', () => {
    const { sponsor, time, ask, leases, lease, expired } = trial()
    sponsor(0)
    expect(time(900)).toEqual([ask(1000)])
    leases.renew(lease, 20, at(990))
    expect(time(1000)).toEqual([ask(1010)])
    expect(time(1010)).toEqual([expired])
  })

  it('has one sponsor: a new one replaces it', () => {
    const { sponsor, time, ask } = trial()
    sponsor(0)
    sponsor(10, 'bert')
    expect(time(900)).toEqual([ask(1000, 'bert')])
  })

  it('that is released has none any more, nor has the lease that takes its slot', () => {
    const { sponsor, time, leases, lease, answer, expired } = trial()
    sponsor(0)
    leases.release(lease)
    const next = leases.acquire(CHAIR, { term: 2000, now: at(0) })
    expect(next >>> 0).toBe(lease >>> 0)
    expect([time(900), time(1950), answer(1950, 50)]).toEqual([[], [], []])
    expect(time(2000)).toEqual([{ ...expired, lease: { ...expired.lease, id: next } }])
  })
})

it('what comes late for a lease that is over does not concern the lease that has its slot', () => {
  const { sponsor, end, answer, leases, lease, sponsored } = trial()
  sponsor(0)
  leases.release(lease)
  const next = leases.acquire(CHAIR, { term: 1000, now: at(0) })
  sponsored.step({ type: 'sponsored', lease: next, sponsor: 'bert' }, at(0))
  expect([end(5), answer(6, null), answer(7, 5000)]).toEqual([[], [], []])
  const ask = { type: 'ask', lease: next, sponsor: 'bert', endsAt: 1000 }
  expect(sponsored.step({ type: 'time' }, at(900))).toEqual([ask])
})

it('a sponsor is forgotten at once when its lease has ended, and when it says no', () => {
  for (const leave of ['end', 'refuse'] as const) {
    const { sponsor, end, answer, time, leases, lease, sponsored } = trial()
    sponsor(0)
    if (leave === 'end') end(5)
    else answer(5, null)
    expect(leases.find(lease)?.endsAt).toBe(1000)
    expect(time(900)).toEqual([])
    leases.release(lease)
    expect(sponsored.nextDeadline).toBeNull()
  }
})

it('a lease without a sponsor ends when its time is over', () => {
  const { time, expired, sponsored } = trial()
  expect([sponsored.nextDeadline, time(999), time(1000)]).toEqual([1000, [], [expired]])
})

it('an answer is not needed: a yes that nobody asked for renews, too', () => {
  const { answer, lease, leases } = trial()
  expect(answer(100, 2000)).toEqual([{ type: 'renewed', lease, endsAt: 2100 }])
  expect(leases.find(lease)?.endsAt).toBe(2100)
})

it('refuses a sponsor for what is over, and an answer that makes no sense, and has changed nothing', () => {
  const { answer, sponsor, time, leases, lease, ask } = trial()
  sponsor(0)
  expect(() => answer(10, Number.NaN)).toThrow(code('bad-term'))
  expect(() => answer(10, 1e12)).toThrow(code('lease-term'))
  expect(time(900)).toEqual([ask(1000)])
  leases.release(lease)
  expect(() => sponsor(910)).toThrow(code('no-such-lease'))
})

it.each([0, 0.5, Number.NaN, 86_400_001])('refuses a grace of %d', (grace) => {
  expect(() => new SponsoredLeases(new ObjectLeases(), grace)).toThrow(code('bad-grace'))
})

interface Plan {
  readonly start: number
  /** How long an answer takes. */
  readonly delay: number
  /** What an answer gives. */
  readonly more: number
  /** How long after the last time the node looks again; it takes in the answer that has come, then acts on time. */
  readonly gaps: readonly number[]
}

/** Plays a plan. @returns how many leases expired */
function play({ start, delay, more, gaps }: Plan): number {
  const leases = new ObjectLeases()
  const machine = new SponsoredLeases<string>(leases, GRACE)
  const lease = leases.acquire(CHAIR, { term: 150, now: at(start) })
  machine.step({ type: 'sponsored', lease, sponsor: 'anna' }, at(start))
  let [now, arrivesAt, expired] = [start, Number.POSITIVE_INFINITY, 0]
  for (const gap of gaps) {
    now += gap
    if (arrivesAt <= now) {
      machine.step({ type: 'answered', lease, more }, at(now))
      arrivesAt = Number.POSITIVE_INFINITY
    }
    for (const { type } of machine.step({ type: 'time' }, at(now))) {
      if (type === 'ask') arrivesAt = now + delay
      else expired++
    }
  }
  return expired
}

const plan = (delay: fc.Arbitrary<number>) =>
  fc.record<Plan>({
    start: fc.double({ min: 0, max: 1e9, noNaN: true }),
    delay,
    more: fc.integer({ min: 1, max: 300 }),
    gaps: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 20, maxLength: 60 }),
  })

it('whoever answers within a grace never loses its lease, whenever the node looks', () => {
  fc.assert(
    fc.property(plan(fc.integer({ min: 1, max: GRACE - 1 })), (given) => {
      expect(play(given)).toBe(0)
    }),
  )
})

it('whoever never answers loses it, once, whenever the node looks', () => {
  fc.assert(
    fc.property(plan(fc.constant(Number.POSITIVE_INFINITY)), (given) => {
      expect(play({ ...given, gaps: [...given.gaps, 1000, 1000, 1000] })).toBe(1)
    }),
  )
})
