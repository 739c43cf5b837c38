import { expect, it } from 'vitest'
import { ALL_RULES, RULES } from '../src/rules.js'
import { rulesWithout } from '../src/unsafe-rules.js'

it('has every rule on in production', () => {
  expect(RULES.filter((rule) => !ALL_RULES.on(rule))).toEqual([])
})

it('switches off what is named and nothing else', () => {
  const rules = rulesWithout('C3-closure', 'absent-means-live')
  expect(RULES.filter((rule) => !rules.on(rule))).toEqual(['C3-closure', 'absent-means-live'])
})
