/** The owner's memory of gifts against one that forgets nothing. */
import { type GiftId, type Incarnation, type Instant, type NodeAddress, nodeId } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClaimedGifts } from '../src/index.js'

const MEMORY = 100
const address = (name: string): NodeAddress => ({ node: nodeId(name), incarnation: 1 as Incarnation })
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(address)
const at = (now: number, session = 1, isKnown = true) => ({ session, now: now as Instant, memory: MEMORY, isKnown })
const gift = (number: number): GiftId => number as GiftId
const claim = (gifter: NodeAddress, receiver: NodeAddress, number: number) => ({ gifter, receiver, gift: gift(number) })

describe('a gift that was claimed', () => {
  it('is not open any more, nor is one that came before it to the same receiver', () => {
    const claimed = new ClaimedGifts()
    claimed.claimed(claim(alice, bob, 3), at(0))
    expect([2, 3, 4].map((number) => claimed.isOpen(claim(alice, bob, number)))).toEqual([false, false, true])
    expect(claimed.isOpen(claim(alice, carol, 2))).toBe(true)
    expect(claimed.isOpen(claim(carol, bob, 2))).toBe(true)
  })

  it('is remembered one by one for as long as gifts may be under way, and then by its number alone', () => {
    const claimed = new ClaimedGifts()
    claimed.claimed(claim(alice, bob, 3), at(0))
    claimed.age(99 as Instant, MEMORY)
    expect([claimed.pairCount, claimed.floorCount]).toEqual([1, 0])
    expect(claimed.isOpen(claim(alice, carol, 2))).toBe(true)
    claimed.age(100 as Instant, MEMORY)
    expect([claimed.pairCount, claimed.floorCount]).toEqual([0, 1])
    expect(claimed.isOpen(claim(alice, bob, 3))).toBe(false)
    // What was given before that is as old.
    expect(claimed.isOpen(claim(alice, carol, 2))).toBe(false)
    expect(claimed.isOpen(claim(alice, carol, 4))).toBe(true)
  })

  it('is forgotten with its gifter', () => {
    const claimed = new ClaimedGifts()
    claimed.claimed(claim(alice, bob, 3), at(0))
    claimed.age(200 as Instant, MEMORY)
    claimed.forget(alice)
    expect([claimed.pairCount, claimed.floorCount]).toEqual([0, 0])
  })
})

describe('the claim of a gift upon which another was made', () => {
  it('has come if it lies within what the receiver claimed in one session', () => {
    const claimed = new ClaimedGifts()
    for (const number of [3, 9]) claimed.claimed(claim(alice, bob, number), at(0, 1))
    for (const number of [14, 20]) claimed.claimed(claim(alice, bob, number), at(0, 2))
    const settled = [2, 3, 5, 9, 12, 14, 17, 20, 21].filter((number) => claimed.isSettled(claim(alice, bob, number)))
    expect(settled).toEqual([3, 5, 9, 14, 17, 20])
  })

  it('can come no more when its gifter says that it is too old', () => {
    const claimed = new ClaimedGifts()
    claimed.over(alice, [gift(4), gift(2)])
    expect(claimed.isSettled(claim(alice, bob, 4))).toBe(true)
    expect(claimed.isOpen(claim(alice, bob, 4))).toBe(false)
    expect(claimed.isOpen(claim(alice, bob, 5))).toBe(true)
  })
})

describe('gifters that the owner does not know', () => {
  it('are remembered while gifts may be under way, and no longer', () => {
    const claimed = new ClaimedGifts()
    claimed.claimed(claim(alice, bob, 3), at(0, 1, false))
    expect(claimed.isOpen(claim(alice, bob, 3))).toBe(false)
    claimed.age(100 as Instant, MEMORY)
    expect([claimed.pairCount, claimed.floorCount]).toEqual([0, 0])
  })

  it('are never many, however many a liar makes up', () => {
    const claimed = new ClaimedGifts()
    for (let number = 0; number < 5000; number++) {
      claimed.claimed(claim(address(`nobody ${number}`), bob, 1), at(0, 1, false))
    }
    expect(claimed.pairCount).toBe(1024)
  })
})

describe('the memory of gifts', () => {
  /** Gifters number their gifts in order; what each receiver claims comes in order, later than it was made, and some of it never. */
  const history = fc.array(
    fc.record({
      gifter: fc.nat(1),
      receiver: fc.nat(2),
      /** How long since the last. */
      wait: fc.constantFrom(0, 0, 1, 30, 120),
      isLost: fc.boolean(),
      endsSession: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  const names = [alice, bob, carol]

  it('lets every gift be claimed once, in time, and none again, and never grows beyond the pairs there are', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const claimed = new ClaimedGifts()
        const past: ReturnType<typeof claim>[] = []
        const sessions = [1, 1, 1]
        const last = [0, 0]
        let now = 0
        for (const { gifter, receiver, wait, isLost, endsSession } of steps) {
          now += wait
          if (endsSession) sessions[receiver]++
          const given = claim(names[gifter], names[receiver], ++last[gifter])
          for (const other of past) {
            expect(claimed.isOpen(other)).toBe(false)
            expect(claimed.isSettled(other)).toBe(true)
          }
          expect(claimed.isOpen(given)).toBe(true)
          expect(claimed.isSettled(given)).toBe(false)
          if (isLost) {
            sessions[receiver]++
            continue
          }
          claimed.claimed(given, at(now, sessions[receiver]))
          past.push(given)
          const copy = new ClaimedGifts()
          copy.restore(structuredClone(claimed.image()))
          expect(copy.image()).toEqual(claimed.image())
          expect(claimed.pairCount).toBeLessThanOrEqual(6)
        }
        claimed.age((now + MEMORY) as Instant, MEMORY)
        expect(claimed.pairCount).toBe(0)
      }),
    )
  })
})
