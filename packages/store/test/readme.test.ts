import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('runs the example of the README', async () => {
  const { stdout, output } = await runReadme(import.meta.url)
  expect(stdout).toBe(output)
}, 40_000)
