/** Every run that failed once: with its rule off it must fail as it did, with all rules it must not. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checkerOf, parseRegression, replay, seenBy } from '../src/index.js'

const FOLDER = new URL('./regressions/', import.meta.url)
const regressions = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => parseRegression(readFileSync(new URL(file, FOLDER), 'utf8')))

it('there are some', () => {
  expect(regressions.length).toBeGreaterThan(0)
})

const named = regressions.map((regression) => [regression.name, regression] as const)

it.each(named)('%s passes with all rules', (_name, { plan, actions }) => {
  expect(replay({ ...plan, without: [] }, actions).violation).toBeNull()
})

// One that needed no rule switched off showed a bug, which is gone.
const withoutRules = named.filter(([, { without }]) => without.length > 0)

it.each(withoutRules)('%s fails without its rule', (_name, regression) => {
  const { violation } = replay({ ...regression.plan, without: regression.without }, regression.actions)
  expect(checkerOf(violation ?? '')).toBe(seenBy(regression))
})
