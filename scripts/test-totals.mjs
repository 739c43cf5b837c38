// Adds up the vitest reports of all packages: `N passed, N failed, N skipped`. Run as a program it prints that line and
// fails if a test failed, a package with tests left no report, or nothing ran at all.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packages } from './packages.mjs'

const reportOf = ({ path }) => join(path, 'report.json')

function hasTests({ path }) {
  const folder = join(path, 'test')
  return existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => name.endsWith('.test.ts'))
}

/** Removes the reports of earlier runs; turbo brings back those of packages it need not run again. */
export function forgetReports() {
  for (const found of packages()) rmSync(reportOf(found), { force: true })
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
    const file = reportOf(found)
    // Tests that need more than node have a command of their own.
    const isWanted = all && found.manifest.scripts.test !== undefined
    if (!existsSync(file) && !isWanted) continue
    if (!existsSync(file)) {
      console.error(`${found.folder}: has tests but left no report`)
      total.failed++
      continue
    }
    const counts = count(JSON.parse(readFileSync(file, 'utf8')))
    for (const key of Object.keys(total)) total[key] += counts[key]
  }
  const { passed, failed, skipped } = total
  return { line: `${passed} passed, ${failed} failed, ${skipped} skipped`, failed: failed > 0 || passed === 0 }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { line, failed } = totals()
  console.log(line)
  if (failed) process.exitCode = 1
}
