/** Every fault of the list happens, and in runs that are no longer than those of a search. */
import { expect, it } from 'vitest'
import { FAULTS } from '../src/index.js'
import { search } from '../src/search.js'

const SEEDS = 1500

it(`each fault happens within ${SEEDS} seeds, and is survived`, () => {
  const { coverage, failures } = search({ first: 40_000, count: SEEDS, steps: 100 })
  expect(FAULTS.filter((fault) => (coverage[fault] ?? 0) === 0)).toEqual([])
  expect(failures).toEqual([])
}, 300_000)
