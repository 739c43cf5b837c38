/** What a page of a real browser fetches before its first call is answered is what the check of sizes counts as its first load. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Bundle, bundle } from '../scripts/bundle.mjs'
import { startChromium } from './support/chromium.js'
import { serveFiles } from './support/site.js'

const PAGES = join(import.meta.dirname, '../pages')

describe.each(['first-call', 'everything'])('the page %s', (name) => {
  let built: Bundle
  beforeAll(async () => {
    built = await bundle(join(PAGES, `${name}.ts`))
  })

  it('gets along with its first load until calls are answered; fetches reports and rounds for a round', async () => {
    const { initial, later } = built
    const site = await serveFiles(new Map([...initial, ...later].map(({ fileName, code }) => [fileName, code])), [name])
    onTestFinished(() => site.close())
    const browser = await startChromium()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    // Whatever is not of the first load is withheld until calls were answered.
    let release = (): void => {}
    const answered = new Promise<void>((resolve) => {
      release = resolve
    })
    const first = new Set(initial.map(({ fileName }) => fileName))
    const fetched: string[] = []
    await page.route('**/*.js', async (route) => {
      const file = new URL(route.request().url()).pathname.slice(1)
      if (!first.has(file)) await answered
      fetched.push(file)
      await route.continue()
    })
    await page.goto(`${site.url}/${name}.html`)
    expect(await page.evaluate(() => globalThis.firstCall.make())).toEqual([1, 3])
    expect(new Set(fetched)).toEqual(first)

    release()
    expect(await page.evaluate(() => globalThis.firstCall.holdRound())).toEqual([])
    const more = fetched.filter((file) => !first.has(file))
    expect(later.map(({ fileName }) => fileName)).toEqual(expect.arrayContaining(more))
    expect(more.filter((file) => file.startsWith('coordination'))).toHaveLength(1)
  })
})
