import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const here = fileURLToPath(new URL('..', import.meta.url))

it('runs the example of the README word for word: it prints what it says, and leaves nothing that keeps the process', async () => {
  const readme = await readFile(`${here}/README.md`, 'utf8')
  const [, example] = /```ts\n(.*?)```/s.exec(readme) ?? []
  const [, output] = /```text\n(.*?)```/s.exec(readme) ?? []
  // A file inside the package, which has its dependencies; workers do not start from a script on the command line.
  const folder = await mkdtemp(`${here}/test/readme-`)
  try {
    // The example has no type annotations, so that node runs it as it is.
    await writeFile(`${folder}/example.mjs`, example)
    const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/example.mjs`], { timeout: 30_000 })
    expect(stdout).toBe(output)
  } finally {
    await rm(folder, { recursive: true })
  }
})
