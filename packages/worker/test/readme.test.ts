import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { runReadme } from '../../../vitest.readme.js'

it('runs the example of the README word for word: it prints what it says, and leaves nothing that keeps the process', async () => {
  const { stdout, output } = await runReadme(import.meta.url)
  expect(stdout).toBe(output)
})

it('runs the example of a graph in the same way', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, example, output] = /```js\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) as RegExpExecArray
  const folder = await mkdtemp(fileURLToPath(new URL('readme-', import.meta.url)))
  try {
    await writeFile(`${folder}/example.mjs`, example)
    const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/example.mjs`], { timeout: 30_000 })
    expect(stdout).toBe(output)
  } finally {
    await rm(folder, { recursive: true })
  }
})
