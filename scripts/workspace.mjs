// Runs a workspace command on a machine that has only node and npm: fetches the pinned pnpm, which installs what is
// missing, then runs the command. Every script of the root package.json comes through here.
//   node scripts/workspace.mjs turbo run build     a turbo run
//   node scripts/workspace.mjs exec biome ...      any tool of the workspace
//   node scripts/workspace.mjs install             brings node_modules and the lockfile up to date
//   node scripts/workspace.mjs test [...]          types of the tests, all tests, and their total
//   node scripts/workspace.mjs lint                everything that needs no test run
//   node scripts/workspace.mjs check               everything
//   node scripts/workspace.mjs holdfast demo       builds quietly, then the `holdfast` command with its own stdio
//   node scripts/workspace.mjs bench [...]         builds quietly, then the benchmarks
//   node scripts/workspace.mjs simulate [...]      builds quietly, then the random world
//   node scripts/workspace.mjs scale [...]         builds quietly, then the curves over many nodes
//   node scripts/workspace.mjs fuzz [...]          builds quietly, then the fuzzer
//   node scripts/workspace.mjs faults [...]        builds quietly, then faults in real processes
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, root, run } from './run.mjs'
import { forgetReports, totals } from './test-totals.mjs'

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const LINT_TASKS = ['lint:code', 'lint:rules', 'lint:format', 'lint:unused', 'lint:docs']

/** The pinned pnpm; npm's own notices stay out of the terminal, errors do not. */
const pnpm = (args, options) =>
  run('npx', ['--yes', '--prefer-offline', '--loglevel=error', packageManager, ...args], options)
const turbo = (args, options) => pnpm(['exec', 'turbo', ...args], options)

/** Builds one package, or all, and says nothing unless it fails; then everything goes to stderr. */
async function buildQuietly(...filter) {
  if (!existsSync(join(root, 'node_modules'))) console.error('First run: installing and building ...')
  return turbo(['run', 'build', ...filter, '--output-logs=errors-only', '--log-order=grouped'], { quiet: true })
}

/** Runs a built program with the caller's own stdio and folder, so that relative paths mean what the user typed. */
async function program(filter, file, args) {
  const code = await buildQuietly(`--filter=${filter}`)
  if (code !== 0) return code
  return run(process.execPath, [join(root, file), ...args], { cwd: process.env.INIT_CWD ?? process.cwd() })
}

/** Goes on after a failed package, so that the total is the whole picture. */
async function test(args, extraTasks = []) {
  forgetReports()
  const logs = ['--continue=dependencies-successful', '--output-logs=new-only', '--log-order=grouped']
  const code = await turbo(['run', 'test:types', 'test', ...extraTasks, ...logs, ...args])
  const { line, failed } = totals(!args.some((arg) => arg.startsWith('--filter') || arg === '-F'))
  console.log(line)
  return code === 0 && failed ? 1 : code
}

async function lint(args, extraTasks = []) {
  // Type-aware rules and knip read the declarations of other packages; so does packaging.
  const code = await buildQuietly()
  if (code !== 0) return code
  return turbo(['run', ...LINT_TASKS, ...extraTasks, '--continue', '--log-order=grouped', ...args])
}

async function check(args) {
  const lintCode = await lint(args, ['lint:packaging'])
  const testCode = await test(args)
  return lintCode || testCode
}

const [command, ...args] = process.argv.slice(2)
const commands = {
  turbo: () => turbo(args),
  exec: () => pnpm(['exec', ...args]),
  install: () => pnpm(['install', ...args]),
  test: () => test(args),
  lint: () => lint(args),
  check: () => check(args),
  holdfast: () => program('holdfast', 'packages/holdfast/bin/holdfast.js', args),
  bench: () => program('@holdfast/benchmarks', 'benchmarks/dist/main.js', args),
  simulate: () => program('@holdfast/simulation', 'packages/simulation/dist/cli/main.js', args),
  scale: () => program('@holdfast/simulation', 'packages/simulation/dist/scale/main.js', args),
  faults: () => program('@holdfast/fault-bench', 'packages/fault-bench/dist/cli/main.js', args),
  fuzz: () => program('@holdfast/fuzz', 'packages/fuzz/dist/cli/main.js', args),
}
Object.assign(process.env, environment())
if (Object.hasOwn(commands, command)) process.exitCode = await commands[command]()
else {
  console.error(`workspace: unknown command '${command}'; one of ${Object.keys(commands).join(', ')}`)
  process.exitCode = 2
}
