import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const here = fileURLToPath(new URL('..', import.meta.url))

it('runs the example of the README word for word: it prints what it says, and leaves nothing that keeps the process', async () => {
  const readme = await readFile(`${here}/README.md`, 'utf8')
  const [, example] = /```ts\n(.*?)```/s.exec(readme) ?? []
  const [, output] = /```text\n(.*?)```/s.exec(readme) ?? []
  // The example has no type annotations, so that node runs it as it is.
  const args = ['--input-type=module', '--eval', example]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: here, timeout: 20_000 })
  expect(stdout).toBe(output)
})
