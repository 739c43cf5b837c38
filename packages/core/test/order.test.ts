import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placesInOrder } from '../src/order.js'

const inOrder = (ids: readonly number[]): number[] => [...placesInOrder(Float64Array.from(ids))]

describe('placesInOrder', () => {
  it.each([
    ['nothing', [], []],
    ['one', [7], [0]],
    ['what ascends already', [1, 2, 5, 9], [0, 1, 2, 3]],
    ['close neighbours', [3, 1, 2, 0], [3, 1, 2, 0]],
    ['ids far apart', [1e15, 1, 2 ** 53 - 1, 5], [1, 3, 0, 2]],
  ])('orders %s', (_, ids, places) => {
    expect(inOrder(ids)).toEqual(places)
  })

  it('looks at no more than it was told of', () => {
    expect([...placesInOrder(Float64Array.of(5, 4, 1, 1), 2)]).toEqual([1, 0])
  })

  it('agrees with sorting, dense or sparse', () => {
    const dense = fc.uniqueArray(fc.nat(300), { maxLength: 100 })
    const sparse = fc.uniqueArray(fc.maxSafeNat(), { maxLength: 100 })
    fc.assert(
      fc.property(fc.oneof(dense, sparse), (ids) => {
        const sorted = ids.map((_, place) => place).sort((a, b) => ids[a] - ids[b])
        expect(inOrder(ids)).toEqual(sorted)
      }),
    )
  })
})
