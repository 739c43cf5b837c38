import { expect, it } from 'vitest'
import { firstAtLeast } from '../src/index.js'

it('finds the first place that is no less, from any place on', () => {
  for (let length = 0; length < 40; length++) {
    const values = Float64Array.from({ length }, (_, place) => place * 3)
    for (let from = 0; from <= length; from++) {
      for (let value = -1; value <= length * 3 + 1; value++) {
        const expected = values.findIndex((each, place) => place >= from && each >= value)
        expect(firstAtLeast(values, from, value)).toBe(expected < 0 ? length : expected)
      }
    }
  }
})

it('looks at few values of a long column', () => {
  let looks = 0
  const values = new Proxy([] as number[], {
    get(_, key) {
      if (key === 'length') return 1_000_000
      looks++
      return Number(key)
    },
  })
  expect(firstAtLeast(values, 10, 700_000)).toBe(700_000)
  expect(looks).toBeLessThan(60)
})
