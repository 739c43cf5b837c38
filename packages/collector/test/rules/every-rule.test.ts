/** No rule without a story of what happens without it. */
import { readdirSync, readFileSync } from 'node:fs'
import { RULES } from '@holdfast/core'
import { expect, it } from 'vitest'

it('every rule of the protocol has a transcript', () => {
  const folder = new URL('./', import.meta.url)
  const stories = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
  const told = new Set(
    stories.flatMap((text) => Array.from(text.matchAll(/^ {2}rule: '(.*)',$/gm), ([, rule]) => rule)),
  )
  expect(RULES.filter((rule) => !told.has(rule))).toEqual([])
})
