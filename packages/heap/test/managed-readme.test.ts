import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the example of managed objects frees what its comment says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /## Managed objects.*?```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
  // Inside the package, so that it can import the package by name.
  const folder = await mkdtemp(fileURLToPath(new URL('readme-managed-', import.meta.url)))
  try {
    await writeFile(`${folder}/example.mjs`, example)
    const args = ['--expose-gc', `${folder}/example.mjs`]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 })
    expect(stdout).toBe('4\n')
  } finally {
    await rm(folder, { recursive: true })
  }
})
