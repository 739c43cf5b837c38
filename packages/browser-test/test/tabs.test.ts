/** Two tabs of a real browser, joined by a port that was handed over: a cycle over both is gone from their memory. */
import type { BrowserContext, Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startChromium } from './support/chromium.js'
import { type Site, serveSite } from './support/site.js'
import { all, collectGarbage, leftIn, madeIn, roundAt, tablesIn, until } from './support/witness.js'

describe('two tabs', () => {
  let site: Site
  let context: BrowserContext
  beforeAll(async () => {
    site = await serveSite()
    return () => site.close()
  })
  beforeEach(async () => {
    const browser = await startChromium('--expose-gc')
    context = await browser.newContext()
    return () => browser.close()
  })

  /** @param term of its lease, in ms */
  const tab = async (id: string, term = 30_000): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(`${site.url}/tab.html?term=${term}#${id}`)
    return page
  }

  /** Two that have met. The first keeps an object of the second. */
  async function meetingTabs(term: number): Promise<readonly [Page, Page]> {
    const [here, there] = [await tab('here', term), await tab('there', term)]
    await Promise.all([here, there].map((page) => page.evaluate(() => globalThis.tab.meet())))
    await here.evaluate(() => globalThis.tab.keepOne('there'))
    expect(await here.evaluate(() => globalThis.tab.ask())).toBe('hello')
    return [here, there]
  }

  async function freesCycle(tabs: readonly [Page, Page]): Promise<void> {
    const [here] = tabs
    expect(await here.evaluate(() => globalThis.tab.tie('there'))).toEqual({ text: 'x'.repeat(1000) })
    await until(
      () => all(leftIn(tabs), 1),
      () => collectGarbage(tabs),
    )
    expect(await madeIn(tabs)).toEqual([2, 2])
    expect(await roundAt(here)).toMatchObject({ condemned: 2, missing: [] })
    await until(
      () => all(leftIn(tabs), 0),
      () => collectGarbage(tabs),
    )
    expect((await tablesIn(tabs)).flat()).toEqual([0, 0, 0, 0])
  }

  it('of which one opened the other free a cycle over both', async () => {
    const here = await tab('here')
    const opened = context.waitForEvent('page')
    expect(await here.evaluate(() => globalThis.tab.open('there'))).toBe('there')
    await freesCycle([here, await opened])
  })

  it('that met through a shared worker free a cycle over both', async () => {
    const tabs = [await tab('here'), await tab('there')] as const
    const met = await Promise.all(tabs.map((page) => page.evaluate(() => globalThis.tab.meet())))
    expect(met).toEqual(['there', 'here'])
    await freesCycle(tabs)
  })

  it('of which one says farewell and is closed: calls to it reject at once', async () => {
    const [here, there] = await meetingTabs(30_000)
    await there.evaluate(() => globalThis.tab.sayFarewell())
    await there.close()
    await until(
      async () => (await here.evaluate(() => globalThis.node.peers.length)) === 0,
      () => Promise.resolve(),
    )
    expect(await here.evaluate(() => globalThis.tab.ask())).toBe('broken-reference')
  })

  it('of which one is closed without a word: calls to it reject when its lease is over', async () => {
    const [here, there] = await meetingTabs(1000)
    await there.close()
    // The browser takes a while to end what it has closed, which answers meanwhile.
    let said = 'hello'
    while (said === 'hello') said = await here.evaluate(() => globalThis.tab.ask())
    expect(said).toBe('session-ended')
  })
})
