// Adds up the vitest reports of all packages: `N passed, N failed, N skipped`. Run as a program it prints that line and
// fails if a test failed, a package with tests left no report, or nothing ran at all.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packages } from './packages.mjs'

/** A package has one report for each of its test commands. */
const reportsOf = ({ path }) =>
  readdirSync(path)
    .filter((name) => /^report(-\w+)?\.json$/.test(name))
    .map((name) => join(path, name))

function hasTests({ path }) {
  const folder = join(path, 'test')
  return existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => name.endsWith('.test.ts'))
}

/** Removes the reports of earlier runs; turbo brings back those of packages it need not run again. */
export function forgetReports() {
  for (const report of packages().flatMap(reportsOf)) rmSync(report)
}

function count(report) {
  // A file that fails to load has no tests to count: it counts as one.
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * @param {boolean} all whether every package with tests must have left a report; a filtered run has only some
 * @returns {{ line: string, failed: boolean }}
 */
export function totals(all = true) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const found of packages().filter(hasTests)) {
    // Tests that need more than node have a command of their own.
    if (all && found.manifest.scripts.test !== undefined && !existsSync(join(found.path, 'report.json'))) {
      console.error(`${found.folder}: has tests but left no report`)
      total.failed++
    }
    for (const report of reportsOf(found)) {
      const counts = count(JSON.parse(readFileSync(report, 'utf8')))
      for (const key of Object.keys(total)) total[key] += counts[key]
    }
  }
  const { passed, failed, skipped } = total
  return { line: `${passed} passed, ${failed} failed, ${skipped} skipped`, failed: failed > 0 || passed === 0 }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { line, failed } = totals()
  console.log(line)
  if (failed) process.exitCode = 1
}
