import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('the example of the README does what it says', async () => {
  const { stdout } = await runReadme(import.meta.url)
  expect(stdout.trimEnd().split('\n').toSorted()).toEqual(['alice got: hello from bob', 'bob got: hello from alice'])
})
