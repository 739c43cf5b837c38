/** A fixed set of seeds and a few hundred that nobody has run before. */
import { expect, it } from 'vitest'
import { search } from '../src/search.js'

const RUNS = Number(process.env['HOLDFAST_RUNS'] ?? 300)
const FRESH = Number(process.env['HOLDFAST_SEED'] ?? Math.floor(Math.random() * 1e9))

it('the first 600 seeds violate nothing', () => {
  expect(search({ first: 1, count: 600 }).failures).toEqual([])
}, 300_000)

it(`fresh seeds from ${FRESH} on violate nothing`, () => {
  expect(search({ first: FRESH, count: RUNS }).failures).toEqual([])
}, 600_000)
