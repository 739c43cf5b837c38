import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('the example of the README shows what it says it shows', async () => {
  const { stdout, output } = await runReadme(import.meta.url)
  expect(stdout).toBe(output)
})
