import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('the example of the README shows what it says it shows', async () => {
  const { stdout } = await runReadme(import.meta.url)
  expect(stdout.split('\n')).toEqual(['2 false root', ''])
})
