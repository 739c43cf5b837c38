// What a stranger does: installs the packed tarballs into an empty project and types in the example of the README, word for word.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packages } from './packages.mjs'
import { root } from './run.mjs'

const execute = promisify(execFile)
const README = join(root, 'README.md')

/** The first example of the README that imports the umbrella, and what it says that is printed. */
function exampleOf(readme) {
  const example = /```js\n(import [^`]*?from 'holdfast'.*?)```\s+.*?```text\n(.*?)```/s.exec(readme)
  if (example === null) throw new Error('README.md has no js block that imports holdfast, followed by a text block')
  return { code: example[1], output: example[2] }
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-installed-'))
try {
  const tarballs = join(folder, 'tarballs')
  mkdirSync(tarballs)
  const published = packages().filter(({ manifest }) => !manifest.private)
  for (const { path } of published) await execute('pnpm', ['pack', '--pack-destination', tarballs], { cwd: path })
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }))
  const files = readdirSync(tarballs).map((name) => join(tarballs, name))
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  await execute('npm', ['install', ...quiet, ...files], { cwd: project })
  const { code, output } = exampleOf(readFileSync(README, 'utf8'))
  writeFileSync(join(project, 'example.js'), code)
  const { stdout } = await execute(process.execPath, ['example.js'], { cwd: project, timeout: 60_000 })
  if (stdout !== output) throw new Error(`the example printed\n${stdout}and not\n${output}`)
  console.log(
    `${files.length} tarballs installed; the example of the README (${code.trim().split('\n').length} lines) works`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
