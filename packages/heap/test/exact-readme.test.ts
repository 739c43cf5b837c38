import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the example of exact tracing says what its comment says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /## Exact tracing.*?```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
  // Inside the package, so that it can import the package by name.
  const folder = await mkdtemp(fileURLToPath(new URL('readme-exact-', import.meta.url)))
  try {
    await writeFile(`${folder}/example.mjs`, example)
    const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/example.mjs`], { timeout: 60_000 })
    const promised = /\n\/\/ (.*)\n/.exec(example)?.[1].replace('file:///…', `file://${folder}`)
    expect(stdout.split('\n')).toEqual(['true false [ 2 ]', promised, ''])
  } finally {
    await rm(folder, { recursive: true })
  }
})
