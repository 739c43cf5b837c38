/** Every snippet of the guide is compiled and run, page by page. */
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pages } from '../../../vitest.pages.js'

const GUIDE = new URL('../../../docs/guide/', import.meta.url)
/** Runs in the package that it is about. */
const ELSEWHERE = new Set(['from-comlink.md'])
const pages = readdirSync(GUIDE).filter((name) => name.endsWith('.md') && !ELSEWHERE.has(name))

describe('the guide', () => {
  let compiled: Pages

  beforeAll(async () => {
    const urls = pages.map((name) => new URL(name, GUIDE))
    compiled = await Pages.compile(urls, import.meta.url)
  }, 120_000)
  afterAll(() => compiled.remove())

  it.each(pages)(
    '%s: its snippets compile, print what it says, and leave nothing that keeps the process',
    async (page) => {
      const { problems, printed, said, errors } = await compiled.run(page.slice(0, -'.md'.length))
      expect({ problems, errors, printed }).toEqual({ problems: [], errors: '', printed: said })
    },
  )
})
