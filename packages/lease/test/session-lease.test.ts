import { after, type Instant, instant } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leaseTimes, SessionLease } from '../src/index.js'

const times = leaseTimes({ term: 1000, drift: 0 }, 1)
/** Clocks that do not drift: both terms are 1000, and one part of a term lasts 31.25. */
const TERM = 1000
const PART = TERM / 32
const start = instant(5000)
const at = (ms: number): Instant => after(start, ms)

function opened(): SessionLease {
  return new SessionLease(times, start)
}

describe('the view of a session', () => {
  it('is over a term after it opened when nothing happens', () => {
    expect(opened().endsAt).toBe(at(TERM))
  })

  it("is over by the holder's term, which is the shorter one on clocks that drift", () => {
    const drifting = leaseTimes({ term: 1000, drift: 0.1 }, 1)
    expect(new SessionLease(drifting, start).endsAt).toBe(after(start, drifting.holderTerm))
    expect(drifting.holderTerm).toBeLessThan(drifting.ownerTerm)
  })

  it('counts from the sending of what was acknowledged, however late the acknowledgement came', () => {
    const lease = opened()
    lease.sent(1, at(100))
    lease.heard(at(900))
    lease.acknowledged(1)
    expect(lease.endsAt).toBe(at(100 + TERM))
  })

  it('is renewed by no acknowledgement of what was not sent since', () => {
    const lease = opened()
    lease.sent(1, at(100))
    lease.acknowledged(1)
    lease.heard(at(600))
    lease.acknowledged(1)
    expect(lease.endsAt).toBe(at(100 + TERM))
  })

  it('is over all the same when much is heard and nothing acknowledged', () => {
    const lease = opened()
    for (let ms = 0; ms < 2000; ms += 50) {
      lease.sent(1 + ms / 50, at(ms))
      lease.heard(at(ms))
    }
    expect(lease.endsAt).toBe(at(TERM))
  })

  it('is over all the same when all is acknowledged and nothing heard', () => {
    const lease = opened()
    lease.sent(1, at(900))
    lease.acknowledged(1)
    expect(lease.endsAt).toBe(at(TERM))
    lease.heard(at(500))
    expect(lease.endsAt).toBe(at(500 + TERM))
  })

  it('counts from the last sending among those acknowledged, not from those still under way', () => {
    const lease = opened()
    for (const [sequence, ms] of [
      [1, 100],
      [2, 200],
      [3, 300],
    ]) {
      lease.sent(sequence, at(ms))
    }
    lease.heard(at(400))
    lease.acknowledged(2)
    expect(lease.endsAt).toBe(at(200 + TERM))
    lease.acknowledged(3)
    expect(lease.endsAt).toBe(at(300 + TERM))
  })

  it('counts what was sent within one part of a term from the beginning of that part', () => {
    const lease = opened()
    lease.sent(1, at(100))
    lease.sent(2, at(100 + PART / 2))
    lease.sent(3, at(100 + PART))
    lease.heard(at(200))
    lease.acknowledged(2)
    expect(lease.endsAt).toBe(at(100 + TERM))
    lease.acknowledged(3)
    expect(lease.endsAt).toBe(at(100 + PART + TERM))
  })

  it('counts messages of one turn only when the last of them is acknowledged', () => {
    const lease = opened()
    lease.sent(5, at(100))
    lease.heard(at(200))
    lease.acknowledged(4)
    expect(lease.endsAt).toBe(at(TERM))
    lease.acknowledged(5)
    expect(lease.endsAt).toBe(at(100 + TERM))
  })
})

describe('a ping', () => {
  it('is due when nothing was sent for a part of the term, whatever was heard', () => {
    const lease = opened()
    expect(lease.pingAt).toBe(at(times.pingAfter))
    lease.heard(at(300))
    expect(lease.pingAt).toBe(at(times.pingAfter))
    lease.sent(1, at(310))
    expect(lease.pingAt).toBe(at(310 + times.pingAfter))
    lease.sent(2, at(311))
    expect(lease.pingAt).toBe(at(311 + times.pingAfter))
  })
})

/** How many different renewals the acknowledgements of all that was sent give, one by one: as many as there were marks. */
function marksOf(lease: SessionLease, sent: number, now: Instant): number {
  lease.heard(now)
  const ends = new Set<Instant>()
  for (let sequence = 1; sequence <= sent; sequence++) {
    lease.acknowledged(sequence)
    ends.add(lease.endsAt)
  }
  return ends.size
}

it('keeps some 33 marks for a term of unacknowledged messages, however many these are', () => {
  const lease = opened()
  const count = 20_000
  for (let sequence = 1; sequence <= count; sequence++) lease.sent(sequence, at((TERM * sequence) / count))
  const marks = marksOf(lease, count, at(TERM))
  expect(marks).toBeGreaterThanOrEqual(32)
  expect(marks).toBeLessThanOrEqual(33)
})

it('never counts from later than the sending, nor from more than a part of a term before it', () => {
  const gaps = fc.array(fc.double({ min: 0, max: 80, noNaN: true }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(gaps, fc.array(fc.nat(39), { maxLength: 10 }), (waits, acknowledgements) => {
      const lease = opened()
      const sentAt: Instant[] = []
      let now: Instant = start
      for (const wait of waits) {
        now = after(now, wait)
        sentAt.push(now)
        lease.sent(sentAt.length, now)
      }
      lease.heard(after(now, TERM))
      let highest = 0
      for (const pick of acknowledgements) {
        highest = Math.max(highest, 1 + (pick % sentAt.length))
        lease.acknowledged(highest)
        const sending = sentAt[highest - 1]
        expect(lease.endsAt).toBeLessThanOrEqual(after(sending, TERM))
        expect(lease.endsAt).toBeGreaterThan(after(sending, TERM - PART - 1e-6))
      }
    }),
  )
})
