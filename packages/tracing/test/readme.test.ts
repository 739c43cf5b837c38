import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('the example of the README shows what it says it shows', async () => {
  const { stdout } = await runReadme(import.meta.url)
  expect(stdout.split('\n')).toEqual(['0', 'alice [ 1 ] [ 3 ]', 'bob [ 1 ] [ 3 ]', ''])
})
