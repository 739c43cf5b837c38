// How large Holdfast is in a browser: what a page downloads before its first call is answered (all that it imports statically;
// `first-load.test.ts` shows in Chromium that this is what it fetches), with what it may load later; and each pure package, by export
// path, without what it imports from others. Minified, then gzip -9. Prints a table; fails above a budget, which is slightly over what is
// reached, so that growth is a decision. The bar is what we aim at; the table says where it is missed. Fails as well on whatever a bundler
// complains of, as an import of Node's.
//   node scripts/check-sizes.mjs           from packages/browser-test, after a build
//   node scripts/check-sizes.mjs --shares  and roughly which package has which share of the first load
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { bundle, zipped } from './bundle.mjs'

const PACKAGES = join(import.meta.dirname, '../..')
const PAGES = join(import.meta.dirname, '../pages')

/** In kB, of 1,000 bytes. */
const PAGE_BAR = 30
const MEASURED_PAGES = [
  { name: 'first call: createNode', page: 'first-call.ts', budget: 75 },
  { name: 'first call: all exports', page: 'everything.ts', budget: 77 },
]

const PACKAGE_BAR = 6
const MEASURED_PACKAGES = [
  { name: 'core', entry: 'index.js', budget: 6.5 },
  { name: 'session', entry: 'index.js', budget: 6.5 },
  { name: 'refcount', entry: 'index.js' },
  { name: 'lease', entry: 'index.js' },
  { name: 'graph', entry: 'index.js' },
  { name: 'tracing', entry: 'index.js' },
  { name: 'tracing/collage', entry: 'collage.js' },
  { name: 'tracing/verdict', entry: 'verdict.js' },
  { name: 'collector', entry: 'index.js', budget: 14.3 },
  { name: 'collector (CollectorCore alone)', entry: 'collector-core.js', budget: 11.3 },
  { name: 'collector/coordination', entry: 'coordination.js' },
  { name: 'heap/object-heap', entry: 'object-heap/index.js' },
]

const print = (line) => process.stdout.write(`${line}\n`)
const complain = (line) => process.stderr.write(`${line}\n`)
const kB = (size) => `${size.toFixed(1).padStart(5)} kB`
const row = (name, size, remark) => print(`${name.padEnd(42)} ${kB(size)}  ${remark}`)

/** As fractions. Measured before minification, which leaves no trace of where code came from. */
function shares(chunks) {
  const lengths = new Map()
  for (const [id, { renderedLength }] of chunks.flatMap(({ modules }) => Object.entries(modules))) {
    const owner = /node_modules\/(?!.*node_modules)([^/]+)/.exec(id)?.[1] ?? /packages\/([^/]+)/.exec(id)?.[1] ?? id
    lengths.set(owner, (lengths.get(owner) ?? 0) + renderedLength)
  }
  const total = [...lengths.values()].reduce((sum, length) => sum + length, 0)
  return [...lengths].sort((a, b) => b[1] - a[1]).map(([owner, length]) => [owner, length / total])
}

function judge({ name, size, budget, bar, problems }) {
  for (const message of problems) complain(`${name}: ${stripVTControlCharacters(message)}`)
  if (size > budget) complain(`${name}: ${size.toFixed(2)} kB gz is over its budget of ${budget} kB`)
  if (size > budget || problems.length > 0) process.exitCode = 1
  return size > bar ? `over the bar of ${bar} kB, budget ${budget} kB` : `bar ${bar} kB`
}

for (const { name, page, budget } of MEASURED_PAGES) {
  const { initial, later, problems } = await bundle(join(PAGES, page))
  const size = zipped(initial)
  row(name, size, judge({ name, size, budget, bar: PAGE_BAR, problems }))
  row('  with all that may be loaded later', size + zipped(later), `in ${initial.length + later.length} files`)
  if (!process.argv.includes('--shares')) continue
  for (const [owner, share] of shares(initial)) row(`  ${owner}`, share * size, `${(share * 100).toFixed(0)} %`)
}
for (const { name, entry, budget = PACKAGE_BAR } of MEASURED_PACKAGES) {
  const [folder] = name.split(/[/ ]/)
  const { initial, problems } = await bundle(join(PACKAGES, folder, 'dist', entry), { external: /^@holdfast\// })
  const size = zipped(initial)
  row(`@holdfast/${name}`, size, judge({ name, size, budget, bar: PACKAGE_BAR, problems }))
}
