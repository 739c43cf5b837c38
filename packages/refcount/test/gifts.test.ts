import {
  after,
  type GiftId,
  giftId,
  type ImportId,
  incarnation,
  instant,
  type NodeAddress,
  nodeId,
} from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GiftTable } from '../src/index.js'

const import_ = (id: number): ImportId => id as ImportId
const now = instant(0)
const carol: NodeAddress = { node: nodeId('carol'), incarnation: incarnation(3) }

describe('a gift', () => {
  it('pins its import until it is acknowledged, and two gifts until both are', () => {
    const gifts = new GiftTable()
    const [first, second] = [gifts.give(import_(4), carol, now), gifts.give(import_(4), carol, now)]
    expect([gifts.size, gifts.pinnedCount, gifts.importOf(first)]).toEqual([2, 1, 4])
    expect(gifts.acknowledge(first)).toBe(4)
    expect(gifts.isPinned(import_(4))).toBe(true)
    expect(gifts.acknowledge(second)).toBe(4)
    expect([gifts.isPinned(import_(4)), gifts.size]).toEqual([false, 0])
  })

  it('may be acknowledged twice, but not if it was never made: that is the peer’s mistake', () => {
    const gifts = new GiftTable()
    const gift = gifts.give(import_(0), carol, now)
    gifts.acknowledge(gift)
    expect(gifts.acknowledge(gift)).toBeUndefined()
    expect(() => gifts.acknowledge(giftId(gift + 1))).toThrow(/never-given/)
    expect(() => gifts.importOf(giftId(gift + 1))).toThrow(/never-given/)
  })

  it('of an import that broke is forgotten, overdue or not', () => {
    const gifts = new GiftTable()
    const old = gifts.give(import_(1), carol, instant(0))
    gifts.age(instant(0), 0)
    const gift = gifts.give(import_(1), carol, instant(1))
    gifts.give(import_(2), carol, instant(1))
    gifts.forget(import_(1))
    expect([gifts.size, [...gifts.pinned()], gifts.overdue(() => true)]).toEqual([1, [2], []])
    expect([gifts.acknowledge(gift), gifts.acknowledge(old)]).toEqual([undefined, undefined])
  })

  it('is for one lifetime of one node, as long as it is unacknowledged', () => {
    const gifts = new GiftTable()
    const gift = gifts.give(import_(1), carol, now)
    const isFor = (node: string, lifetime: number): boolean =>
      gifts.isFor(gift, { node: nodeId(node), incarnation: incarnation(lifetime) })
    expect([isFor('carol', 3), isFor('carol', 4), isFor('dave', 3)]).toEqual([true, false, false])
    gifts.age(now, 0)
    expect(isFor('carol', 3)).toBe(true)
    gifts.acknowledge(gift)
    expect(isFor('carol', 3)).toBe(false)
    expect(gifts.isFor(giftId(99), carol)).toBe(false)
  })
})

describe('an overdue gift', () => {
  it('is one that was given so long ago; it pins on', () => {
    const gifts = new GiftTable()
    const [first, second, third] = [10, 20, 30].map((ms, place) => gifts.give(import_(place), carol, instant(ms)))
    expect(gifts.oldestGivenAt).toBe(10)
    expect(gifts.age(instant(109), 100)).toEqual([])
    expect(gifts.age(instant(120), 100)).toEqual([first, second])
    expect([first, second, third].map((gift) => gifts.isOverdue(gift))).toEqual([true, true, false])
    expect([gifts.oldestGivenAt, gifts.size, gifts.pinnedCount]).toEqual([30, 3, 3])
    expect(gifts.age(instant(120), 100)).toEqual([])
  })

  it('is overdue at the very instant that a deadline says, however that was rounded', () => {
    const ms = fc.double({ min: 0, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(ms, fc.double({ min: 0, max: 1e6, noNaN: true }), (givenAt, limit) => {
        const gifts = new GiftTable()
        const gift = gifts.give(import_(0), carol, instant(givenAt))
        expect(gifts.age(after(instant(givenAt), limit), limit)).toEqual([gift])
      }),
    )
  })

  it('is asked about again and again, by its import, until it is acknowledged', () => {
    const gifts = new GiftTable()
    const [first, second] = [gifts.give(import_(1), carol, now), gifts.give(import_(2), carol, now)]
    gifts.age(now, 0)
    expect(gifts.overdue((id) => id === 2)).toEqual([second])
    expect(gifts.overdue(() => true)).toEqual([first, second])
    expect(gifts.acknowledge(first)).toBe(1)
    expect([gifts.overdue(() => true), gifts.isOverdue(first), gifts.isPinned(import_(1))]).toEqual([
      [second],
      false,
      false,
    ])
  })
})

/** Gifts as a list. */
class NaiveGifts {
  list: { readonly gift: GiftId; readonly id: ImportId; readonly givenAt: number; overdue: boolean }[] = []

  age(until: number): GiftId[] {
    const aged = this.list.filter((each) => !each.overdue && each.givenAt <= until)
    for (const each of aged) each.overdue = true
    return aged.map(({ gift }) => gift)
  }

  overdue(): GiftId[] {
    return this.list.filter((each) => each.overdue).map(({ gift }) => gift)
  }
}

it('a table does what a naive list does, whatever happens', () => {
  const step = fc.tuple(
    fc.constantFrom('give', 'give', 'give', 'acknowledge', 'acknowledge', 'age', 'forget'),
    fc.nat(5),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const gifts = new GiftTable()
      const naive = new NaiveGifts()
      let made = 0
      for (const [ms, [kind, pick]] of steps.entries()) {
        if (kind === 'give') {
          expect(gifts.nextId).toBe(made + 1)
          const gift = gifts.give(import_(pick), carol, instant(ms))
          naive.list.push({ gift, id: import_(pick), givenAt: ms, overdue: false })
          expect(gift).toBe(++made)
        } else if (kind === 'forget') {
          gifts.forget(import_(pick))
          naive.list = naive.list.filter(({ id }) => id !== pick)
        } else if (kind === 'age') {
          expect(gifts.age(instant(ms), 3 * pick)).toEqual(naive.age(ms - 3 * pick))
        } else if (made > 0) {
          const gift = giftId(made - (pick % made))
          expect(gifts.acknowledge(gift)).toBe(naive.list.find((each) => each.gift === gift)?.id)
          naive.list = naive.list.filter((each) => each.gift !== gift)
        }
        expect(gifts.size).toBe(naive.list.length)
        expect(gifts.oldestGivenAt).toBe(naive.list.find((each) => !each.overdue)?.givenAt ?? null)
        expect(gifts.overdue(() => true)).toEqual(naive.overdue())
        expect([...gifts.pinned()].sort((a, b) => a - b)).toEqual(
          [...new Set(naive.list.map(({ id }) => id))].sort((a, b) => a - b),
        )
      }
    }),
    { numRuns: 300 },
  )
})
