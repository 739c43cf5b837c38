// How large Holdfast is in a browser: the umbrella's browser build with all that it needs, and each pure package
// without what it imports from others. Minified, then gzip -9. Prints a table; fails above a budget, which is slightly
// over what is reached, so that growth is a decision. The bar is what we aim at (30 kB whole, 6 kB each); the table
// says where it is missed. Fails as well on whatever a bundler complains of, as an import of Node's.
//   node scripts/check-sizes.mjs           from packages/browser-test, after a build
//   node scripts/check-sizes.mjs --shares  and which package has which share of the browser build
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const PACKAGES = join(import.meta.dirname, '../..')

/** In kB, of 1,000 bytes. The first is measured with everything that it imports. */
const MEASURED = [
  { name: 'holdfast, browser build', entry: 'holdfast/dist/browser.js', isWhole: true, budget: 74, bar: 30 },
  { name: '@holdfast/core', entry: 'core/dist/index.js', budget: 6, bar: 6 },
  { name: '@holdfast/session', entry: 'session/dist/index.js', budget: 6, bar: 6 },
  { name: '@holdfast/refcount', entry: 'refcount/dist/index.js', budget: 6, bar: 6 },
  { name: '@holdfast/lease', entry: 'lease/dist/index.js', budget: 6, bar: 6 },
  { name: '@holdfast/graph', entry: 'graph/dist/index.js', budget: 6, bar: 6 },
  { name: '@holdfast/tracing', entry: 'tracing/dist/index.js', budget: 6.5, bar: 6 },
  { name: '@holdfast/collector', entry: 'collector/dist/index.js', budget: 11.5, bar: 6 },
  { name: '@holdfast/heap/object-heap', entry: 'heap/dist/object-heap/index.js', budget: 6, bar: 6 },
]

/** @returns chunks that a page loads at once, chunks that it loads later, and what the bundler complains of */
async function bundle({ entry, isWhole }) {
  const problems = []
  const build = await rolldown({
    input: join(PACKAGES, entry),
    platform: 'browser',
    external: isWhole ? [] : /^@holdfast\//,
    onLog: (_level, log) => problems.push(log),
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const [first, ...others] = output
  const now = new Set(first.imports)
  return {
    initial: [first, ...others.filter(({ fileName }) => now.has(fileName))],
    later: others.filter(({ fileName }) => !now.has(fileName)),
    problems,
  }
}

const print = (line) => process.stdout.write(`${line}\n`)
const complain = (line) => process.stderr.write(`${line}\n`)
const zipped = (chunks) => chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length / 1000, 0)
const kB = (size) => `${size.toFixed(1).padStart(5)} kB`

/** Before minification, which leaves no trace of where code came from. */
function shares(chunks) {
  const lengths = new Map()
  for (const [id, { renderedLength }] of chunks.flatMap(({ modules }) => Object.entries(modules))) {
    const owner = /node_modules\/(?!.*node_modules)([^/]+)/.exec(id)?.[1] ?? /packages\/([^/]+)/.exec(id)?.[1] ?? id
    lengths.set(owner, (lengths.get(owner) ?? 0) + renderedLength)
  }
  const total = [...lengths.values()].reduce((sum, length) => sum + length, 0)
  return [...lengths].sort((a, b) => b[1] - a[1]).map(([owner, length]) => [owner, length / total])
}

async function check(measured) {
  const { name, isWhole, budget, bar } = measured
  const { initial, later, problems } = await bundle(measured)
  const size = zipped(initial)
  const verdict = size > bar ? `over the bar of ${bar} kB, budget ${budget} kB` : `bar ${bar} kB`
  print(`${name.padEnd(28)} ${kB(size)}  ${verdict}`)
  if (later.length > 0) print(`${'  loaded when needed'.padEnd(28)} ${kB(zipped(later))}`)
  if (process.argv.includes('--shares') && isWhole) {
    for (const [owner, share] of shares(initial)) {
      print(`  ${owner.padEnd(26)} ${(share * 100).toFixed(0).padStart(5)} %`)
    }
  }
  for (const { message } of problems) complain(`${name}: ${stripVTControlCharacters(message)}`)
  if (size > budget) complain(`${name}: ${size.toFixed(2)} kB gz is over its budget of ${budget} kB`)
  return size > budget || problems.length > 0
}

for (const measured of MEASURED) if (await check(measured)) process.exitCode = 1
