import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('the example of the README shows what it says it shows', async () => {
  const { stdout } = await runReadme(import.meta.url)
  expect(stdout.split('\n')).toEqual(['alice frees 0 1', 'alice frees 1', '0 0', ''])
})
