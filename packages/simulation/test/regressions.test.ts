/** Every run that failed once: with its rule off it must fail as it did, with all rules it must not. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkerOf, parseRegression, replay, seenBy } from '../src/index.js'

const FOLDER = new URL('./regressions/', import.meta.url)
const regressions = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => parseRegression(readFileSync(new URL(file, FOLDER), 'utf8')))

it('there are some', () => {
  expect(regressions.length).toBeGreaterThan(0)
})

describe.each(regressions.map((regression) => [regression.name, regression] as const))('%s', (_name, regression) => {
  const { plan, actions, without } = regression

  it('passes with all rules', () => {
    expect(replay({ ...plan, without: [] }, actions).violation).toBeNull()
  })

  // One that needed no rule switched off showed a bug, which is gone.
  if (without.length > 0) {
    it(`fails without ${without.join(', ')}`, () => {
      const { violation } = replay({ ...plan, without }, actions)
      expect(checkerOf(violation ?? '')).toBe(seenBy(regression))
    })
  }
})
