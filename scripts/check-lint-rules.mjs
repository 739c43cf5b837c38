// Proves that each ban of .oxlintrc.json fires, and where it must not: small bad files are written into a throwaway
// copy of the workspace's layout and linted with the real configuration. A ban that never fires is worthless.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './run.mjs'

const PURE = ['core', 'session', 'refcount', 'lease', 'graph', 'tracing', 'collector']
const pureFolders = [...PURE.map((name) => `packages/${name}/src`), 'packages/heap/src/object-heap']

/** What each package may import of the others; CONTRIBUTING.md, Layers. */
const LAYERS = {
  core: [],
  session: ['core'],
  refcount: ['core'],
  lease: ['core'],
  graph: ['core'],
  tracing: ['core', 'graph'],
  collector: ['core', 'session', 'refcount', 'lease', 'graph', 'tracing'],
  heap: ['core', 'graph', 'tracing'],
  transport: ['core'],
  store: ['core'],
  node: ['core', 'session', 'refcount', 'lease', 'graph', 'tracing', 'collector', 'heap', 'transport', 'store'],
  comlink: ['core', 'node'],
}
const EVERY_PACKAGE = [...Object.keys(LAYERS), 'worker', 'simulation', 'benchmarks']

const GLOBALS = {
  Date: 'Date.now()',
  performance: 'performance.now()',
  setTimeout: 'setTimeout(f, 1)',
  setInterval: 'setInterval(f, 1)',
  setImmediate: 'setImmediate(f)',
  queueMicrotask: 'queueMicrotask(f)',
  process: 'process.pid',
  crypto: 'crypto.randomUUID()',
  console: 'console',
  fetch: "fetch('x')",
  Buffer: 'Buffer.alloc(1)',
  WeakRef: 'new WeakRef({})',
  FinalizationRegistry: 'new FinalizationRegistry(f)',
  globalThis: 'globalThis',
}

/** file → { code, rule that must fire (null: none may) } */
const fixtures = new Map()
let serial = 0
function fixture(folder, code, rule) {
  fixtures.set(`${folder}/fixture-${serial++}.ts`, { code, rule })
}
const importOf = (name) => `import { it } from '${name}'\nexport { it }\n`

for (const folder of pureFolders) {
  for (const use of Object.values(GLOBALS)) {
    fixture(folder, `export const f = (): void => {}\nexport const used = ${use}\n`, 'eslint(no-restricted-globals)')
  }
  fixture(folder, 'export const used = Math.random()\n', 'eslint(no-restricted-properties)')
  fixture(folder, importOf('node:fs'), 'import(no-nodejs-modules)')
  fixture(folder, importOf('@holdfast/core/unsafe-rules'), 'eslint(no-restricted-imports)')
  fixture(folder, importOf('comlink'), 'eslint(no-restricted-imports)')
  fixture(folder, 'export const used = Math.floor(1.5)\n', null)
}
for (const [name, allowed] of Object.entries(LAYERS)) {
  for (const other of EVERY_PACKAGE) {
    if (other === name) continue
    const rule = allowed.includes(other) ? null : 'eslint(no-restricted-imports)'
    fixture(`packages/${name}/src`, importOf(`@holdfast/${other}`), rule)
    fixture(`packages/${name}/src`, importOf(`@holdfast/${other}/part`), rule)
  }
  fixture(`packages/${name}/src`, importOf('holdfast'), 'eslint(no-restricted-imports)')
}
for (const folder of ['packages/worker/src', 'packages/holdfast/src']) {
  fixture(folder, importOf('@holdfast/core/unsafe-rules'), 'eslint(no-restricted-imports)')
  fixture(folder, importOf('../../core/src/index.js'), 'eslint(no-restricted-imports)')
  fixture(folder, importOf('@holdfast/core'), null)
}
for (const folder of ['packages/collector/test', 'packages/simulation/src', 'benchmarks/src']) {
  fixture(folder, importOf('@holdfast/core/unsafe-rules'), null)
  fixture(folder, 'export const used = [Date.now(), Math.random(), performance.now()]\n', null)
}
fixture('packages/node/src', 'export const used = Date.now()\n', null)
fixture('packages/node/src', "console.log('x')\nexport {}\n", 'eslint(no-console)')
fixture('packages/holdfast/src', "console.log('x')\nexport {}\n", null)
fixture(
  'packages/node/src',
  'const f = async (): Promise<void> => {}\nf()\nexport {}\n',
  'typescript(no-floating-promises)',
)
fixture(
  'packages/node/src',
  'declare const list: number[]\nlist.forEach(async () => {})\nexport {}\n',
  'typescript(no-misused-promises)',
)
fixture(
  'packages/node/src',
  "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n",
  'typescript(switch-exhaustiveness-check)',
)
fixture('packages/node/src', 'export let x: any\n', 'typescript(no-explicit-any)')
fixture('packages/node/src', "export const x: string = JSON.parse('1')\n", 'typescript(no-unsafe-assignment)')
fixture('packages/node/src', 'export const f = (a: number): boolean => a == 1\n', 'eslint(eqeqeq)')
fixture(
  'packages/node/src',
  `import { b } from './fixture-${serial + 1}.js'\nexport const a = () => b\n`,
  'import(no-cycle)',
)
fixture(
  'packages/node/src',
  `import { a } from './fixture-${serial - 1}.js'\nexport const b = () => a\n`,
  'import(no-cycle)',
)
fixture(
  'packages/node/test',
  "import { expect, it } from 'vitest'\nit('should work', () => {\n  expect(1).toBe(1)\n})\n",
  'vitest(valid-title)',
)
fixture(
  'packages/node/test',
  "import { expect, it } from 'vitest'\nit.only('works', () => {\n  expect(1).toBe(1)\n})\n",
  'vitest(no-focused-tests)',
)
fixture('packages/node/test', "import { it } from 'vitest'\nit('works', () => {})\n", 'vitest(expect-expect)')

/** Lints all fixtures. @returns the rules that fired, by file */
function lint(folder) {
  const options = { strict: true, target: 'es2023', module: 'nodenext', types: ['node'], noEmit: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, { code }] of fixtures) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), code)
  }
  let output
  try {
    output = execFileSync(join(root, 'node_modules', '.bin', 'oxlint'), ['--format=json'], {
      cwd: folder,
      maxBuffer: 1 << 26,
    })
  } catch (error) {
    output = error.stdout
  }
  const fired = new Map([...fixtures.keys()].map((file) => [file, new Set()]))
  for (const { filename, code } of JSON.parse(output).diagnostics) fired.get(filename)?.add(code)
  return fired
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-lint-'))
try {
  let wrong = 0
  for (const [file, rules] of lint(folder)) {
    const { code, rule } = fixtures.get(file)
    const right = rule === null ? rules.size === 0 : rules.has(rule)
    if (right) continue
    wrong++
    const happened = rules.size === 0 ? 'nothing fired' : `fired: ${[...rules].join(', ')}`
    console.error(`${file}: expected ${rule ?? 'nothing'}, ${happened}\n  ${code.trim().replaceAll('\n', '\n  ')}`)
  }
  console.log(`${fixtures.size - wrong} of ${fixtures.size} lint fixtures behave as they must`)
  if (wrong > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
