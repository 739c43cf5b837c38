/** The command: measures, or does something with what was measured before. */
import { writeFileSync } from 'node:fs'
import { UsageError } from '@holdfast/core'
import { parseCommandLine, type Request } from './command-line.js'
import { writeDocument, writeHistory } from './document/write-document.js'
import { compareRuns } from './history/compare-runs.js'
import { acceptLast, appendHistory, entryOf } from './history/history.js'
import { ALL, checkBars, isReached } from './results/check.js'
import { type Results, readResults } from './results/results.js'
import { barTable } from './results/tables-of.js'
import { tableAsText } from './results/text-table.js'
import { runSuites } from './run/run-suites.js'
import { SUITE_NAMES } from './suites.js'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** @returns the exit code */
async function perform(request: Request): Promise<number> {
  switch (request.kind) {
    case 'run': {
      const { results, failed } = await runSuites(request)
      if (request.json !== null) writeFileSync(request.json, `${JSON.stringify(results, null, 1)}\n`)
      if (request.history && failed.length === 0) appendHistory(entryOf(results))
      const isWhole = request.suites.length === SUITE_NAMES.length
      const isGood = presentBars(results, isWhole ? ALL : request.suites)
      return failed.length > 0 || (request.check && !isGood) ? 1 : 0
    }
    case 'check': {
      const results = readResults(request.from)
      return presentBars(results, results.isWhole ? ALL : results.suites) ? 0 : 1
    }
    case 'compare':
      return compareRuns(request.from, say)
    case 'accept': {
      const { date, commit } = acceptLast()
      say(`accepted: the run of ${date} at ${commit}`)
      return 0
    }
    case 'draw':
      for (const file of writeHistory()) say(`wrote ${file}`)
      return 0
    case 'document':
      for (const file of writeDocument(readResults(request.from))) say(`wrote ${file}`)
      return 0
  }
}

/** @returns whether all bars of the suites are reached */
function presentBars({ rows }: Results, suites: readonly string[] | typeof ALL): boolean {
  const checked = checkBars(rows, suites)
  if (checked.length > 0) say(tableAsText(barTable(checked)))
  const missed = checked.filter((each) => !isReached(each))
  say(`${checked.length - missed.length} of ${checked.length} bars are reached`)
  return missed.length === 0
}

// The reader of a pipe may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  const request = parseCommandLine(process.argv.slice(2))
  if (request !== null) process.exitCode = await perform(request)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 2
}
