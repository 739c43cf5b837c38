import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

const folder = new URL('..', import.meta.url)

describe('the example in the README', () => {
  it('runs word for word', async () => {
    const { stdout } = await runReadme(import.meta.url)
    const [garbage, swept, ...dot] = stdout.split('\n')
    expect(garbage).toBe('garbage: [ 4, 5 ]')
    expect(swept).toBe('swept: 2 left: 3')
    expect(dot).toContain('  "1" [label="object 1" shape=doublecircle]')
    expect(dot).toContain('  "2" -> "3" [label="×2"]')
  })
})

describe('the main entry', () => {
  it('imports graphology from nowhere', async () => {
    const reached = new Set(['./index.js'])
    for (const file of reached) {
      if (!file.startsWith('./')) continue
      const source = await readFile(new URL(`src/${file.slice(2, -3)}.ts`, folder), 'utf8')
      for (const [, specifier] of source.matchAll(/from '([^']+)'/g)) reached.add(specifier)
    }
    expect([...reached].filter((file) => !file.startsWith('./'))).toEqual(['@holdfast/core'])
    expect(reached.has('./dense-graph.js')).toBe(true)
  })
})
