import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pages } from '../../../vitest.pages.js'

const PAGE = new URL('../../../docs/guide/from-comlink.md', import.meta.url)

describe('the page for those who come from Comlink', () => {
  let compiled: Pages

  beforeAll(async () => {
    compiled = await Pages.compile([PAGE], import.meta.url)
  }, 120_000)
  afterAll(() => compiled.remove())

  it('has snippets that compile, print what it says, and leave nothing that keeps the process', async () => {
    const { problems, printed, said, errors } = await compiled.run('from-comlink')
    expect({ problems, errors, printed }).toEqual({ problems: [], errors: '', printed: said })
  })
})
