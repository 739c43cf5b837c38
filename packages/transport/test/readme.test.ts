import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const here = fileURLToPath(new URL('..', import.meta.url))

test('the example of the README runs word for word and prints what it says', async () => {
  const readme = await readFile(`${here}/README.md`, 'utf8')
  const [, example] = /```ts\n(.*?)```/s.exec(readme) ?? []
  const [, output] = /```text\n(.*?)```/s.exec(readme) ?? []
  // The example has no type annotations, so that node runs it as it is.
  const args = ['--input-type=module', '--eval', example]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: here, timeout: 20_000 })
  expect(stdout).toBe(output)
})
