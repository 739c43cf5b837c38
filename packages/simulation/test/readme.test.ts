import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('the example of the README prints what it says', async () => {
  const { stdout, output } = await runReadme(import.meta.url)
  expect(stdout).toBe(output)
})
