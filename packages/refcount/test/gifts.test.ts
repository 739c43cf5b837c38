import { type GiftId, giftId, type ImportId } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { GiftTable } from '../src/index.js'

const import_ = (id: number): ImportId => id as ImportId

it('a gift pins its import until it is acknowledged, and two gifts until both are', () => {
  const gifts = new GiftTable()
  const [first, second] = [gifts.give(import_(4)), gifts.give(import_(4))]
  expect([gifts.size, gifts.pinnedCount, gifts.importOf(first)]).toEqual([2, 1, 4])
  expect(gifts.acknowledge(first)).toBe(4)
  expect(gifts.isPinned(import_(4))).toBe(true)
  expect(gifts.acknowledge(second)).toBe(4)
  expect([gifts.isPinned(import_(4)), gifts.size]).toEqual([false, 0])
})

it('an acknowledgement that comes twice is harmless, one of a gift never made is the peer’s mistake', () => {
  const gifts = new GiftTable()
  const gift = gifts.give(import_(0))
  gifts.acknowledge(gift)
  expect(gifts.acknowledge(gift)).toBeUndefined()
  expect(() => gifts.acknowledge(giftId(gift + 1))).toThrow(/never-given/)
  expect(() => gifts.importOf(giftId(gift + 1))).toThrow(/never-given/)
})

it('the gifts of an import that broke are forgotten', () => {
  const gifts = new GiftTable()
  const gift = gifts.give(import_(1))
  gifts.give(import_(2))
  gifts.forget(import_(1))
  expect([gifts.size, [...gifts.pinned()], gifts.acknowledge(gift)]).toEqual([1, [2], undefined])
})

it('does what a naive list does, whatever happens', () => {
  const step = fc.tuple(fc.constantFrom('give', 'give', 'acknowledge', 'forget'), fc.nat(5))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const gifts = new GiftTable()
      let naive: { gift: GiftId; id: ImportId }[] = []
      let made = 0
      for (const [kind, pick] of steps) {
        if (kind === 'give') {
          expect(gifts.nextId).toBe(made + 1)
          naive.push({ gift: gifts.give(import_(pick)), id: import_(pick) })
          expect(naive.at(-1)?.gift).toBe(++made)
        } else if (kind === 'forget') {
          gifts.forget(import_(pick))
          naive = naive.filter(({ id }) => id !== pick)
        } else if (made > 0) {
          const gift = giftId(1 + (pick % made))
          expect(gifts.acknowledge(gift)).toBe(naive.find((each) => each.gift === gift)?.id)
          naive = naive.filter((each) => each.gift !== gift)
        }
        expect(gifts.size).toBe(naive.length)
        expect([...gifts.pinned()].sort((a, b) => a - b)).toEqual(
          [...new Set(naive.map(({ id }) => id))].sort((a, b) => a - b),
        )
      }
    }),
    { numRuns: 300 },
  )
})
