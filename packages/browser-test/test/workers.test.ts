/** A page and two web workers in a real browser: the objects of a cycle over the workers are gone from their memory. */
import type { Page, Worker } from 'playwright-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Rounds } from '../pages/page.js'
import { startChromium } from './support/chromium.js'
import { type Site, serveSite } from './support/site.js'
import { all, collectGarbage, leftIn, litter, madeIn, roundAt, tablesIn, until } from './support/witness.js'

describe('a page and two web workers', () => {
  let site: Site
  beforeAll(async () => {
    site = await serveSite()
    return () => site.close()
  })

  /** A page with the nodes `page`, `east` and `west`. */
  async function sceneOf(flags: string[], rounds: Rounds): Promise<[Page, ...Worker[]]> {
    const browser = await startChromium(...flags)
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`${site.url}/page.html`)
    await page.evaluate((ofAll) => globalThis.stage.open(ofAll), rounds)
    return [page, ...page.workers()]
  }

  it('a cycle over both workers stays without a round, and a round frees it: gone from memory', async () => {
    const [page, ...workers] = await sceneOf(['--expose-gc'], { rounds: null })
    expect(await page.evaluate(() => globalThis.stage.tie())).toEqual({ text: 'x'.repeat(1000) })
    const representatives = async (): Promise<boolean> =>
      (await all(leftIn(workers), 1)) && (await page.evaluate(() => globalThis.node.tables.imports)) === 0
    await until(representatives, () => collectGarbage([page, ...workers]))
    // No code has them in hand any more. Each worker holds the other's, and listing leaves it at that.
    expect(await tablesIn(workers)).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(await roundAt(page)).toMatchObject({ condemned: 2, missing: [] })
    await until(
      () => all(leftIn(workers), 0),
      () => collectGarbage(workers),
    )
    expect(await tablesIn(workers)).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it('a cycle stays whole while the page holds one of its objects', async () => {
    const [page, ...workers] = await sceneOf(['--expose-gc'], { rounds: null })
    await page.evaluate(() => globalThis.stage.tie({ keep: true }))
    await until(
      () => all(leftIn(workers), 1),
      () => collectGarbage([page, ...workers]),
    )
    expect(await roundAt(page)).toMatchObject({ condemned: 0, missing: [] })
    await collectGarbage([page, ...workers])
    expect(await leftIn(workers)).toEqual([1, 1])
    const text = await page.evaluate(async () => (await globalThis.stage.kept?.peer)?.body.text)
    expect(text).toHaveLength(1000)
  })

  it('a cycle goes with nobody asking: V8 collects as the program litters, nodes hold rounds', async () => {
    // A round that waits for a worker in the middle of its litter counts as long, and rests a hundred times as long, up to this.
    const realms = await sceneOf([], { rounds: { longest: 4000 } })
    const [page, ...workers] = realms
    expect(await page.evaluate(() => 'gc' in globalThis)).toBe(false)
    await page.evaluate(() => globalThis.stage.tie())
    expect(await madeIn(workers)).toEqual([2, 2])
    await until(
      () => all(leftIn(workers), 0),
      () => litter(realms),
    )
  })

  it('hand on errors with their class and name, though minified', async () => {
    const [page] = await sceneOf([], {})
    expect(await page.evaluate(() => globalThis.stage.refusal())).toEqual([
      true,
      'UsageError',
      'refused',
      { by: 'factory' },
    ])
  })
})
