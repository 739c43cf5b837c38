// What would be published, as its users would see it: each public package is packed once, then publint and attw look at the
// tarball, and this script at what should be in it and what should not.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packages } from './packages.mjs'
import { root } from './run.mjs'

const execute = promisify(execFile)
const bin = (name) => join(root, 'node_modules', '.bin', name)
const WANTED = ['package/README.md', 'package/LICENSE', 'package/package.json']
const UNWANTED = /\.tsbuildinfo$|\.test\.|(^|\/)(src|test|node_modules)\/|tsconfig|vitest\.config|report\.json|\.tgz$/

/** Runs a tool; what it printed becomes the problem when it fails. */
async function tool(command, args, cwd = root) {
  try {
    const { stdout } = await execute(command, args, { cwd, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 1 << 26 })
    return { stdout, problems: [] }
  } catch (error) {
    return {
      stdout: '',
      problems: [`${command.split('/').at(-1)}: ${error.stdout ?? ''}${error.stderr ?? error.message}`],
    }
  }
}

async function contents(tarball) {
  const { stdout, problems } = await tool('tar', ['-tzf', tarball])
  const names = stdout.split('\n').filter(Boolean)
  for (const name of WANTED) if (!names.includes(name)) problems.push(`lacks ${name}`)
  for (const name of names) if (UNWANTED.test(name)) problems.push(`should not contain ${name}`)
  if (!names.some((name) => name.startsWith('package/dist/'))) problems.push('has no dist')
  return problems
}

async function check({ path, manifest }, folder) {
  const tarball = join(folder, `${manifest.name.replace('@', '').replace('/', '-')}.tgz`)
  const packed = await tool('pnpm', ['pack', '--out', tarball], path)
  if (packed.problems.length > 0) return packed.problems
  const results = [
    await contents(tarball),
    (await tool(bin('publint'), ['run', tarball, '--strict'])).problems,
    (await tool(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'])).problems,
  ]
  return results.flat()
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-pack-'))
try {
  const waiting = packages().filter(({ manifest }) => !manifest.private)
  let failed = 0
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const problems = await check(next, folder)
      failed += problems.length
      console.log(`${next.manifest.name}: ${problems.length === 0 ? 'fine' : `\n  ${problems.join('\n  ')}`}`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  if (failed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
