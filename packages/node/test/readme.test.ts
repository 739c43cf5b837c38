import { afterAll, beforeAll, expect, it } from 'vitest'
import { Pages } from '../../../vitest.pages.js'

let pages: Pages
beforeAll(async () => {
  pages = await Pages.compile([new URL('../README.md', import.meta.url)], import.meta.url)
}, 120_000)
afterAll(() => pages.remove())

it('compiles and runs the examples of the README: they print what it says, and leave nothing that keeps the process', async () => {
  const { problems, printed, said, errors } = await pages.run('README')
  expect({ problems, errors, printed }).toEqual({ problems: [], errors: '', printed: said })
})
