import { expect, it } from 'vitest'
import { after, earlier, instant } from '../src/time.js'

it('adds durations to instants', () => {
  expect(after(instant(5), 7)).toBe(12)
})

it('takes the earlier deadline, and any deadline before none', () => {
  const [early, late] = [instant(1), instant(2)]
  expect(earlier(early, late)).toBe(early)
  expect(earlier(late, early)).toBe(early)
  expect(earlier(null, late)).toBe(late)
  expect(earlier(early, null)).toBe(early)
  expect(earlier(null, null)).toBeNull()
})
