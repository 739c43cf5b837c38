import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('runs the example of the README word for word: it prints what it says, and leaves nothing that keeps the process', async () => {
  const { stdout, output } = await runReadme(import.meta.url)
  expect(stdout).toBe(output)
})
