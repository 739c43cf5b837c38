import type { RunRequest } from '../command-line.js'
import { describeMachine } from '../machine.js'
import { sayWhereTimeWent } from '../profile/say-where-time-went.js'
import { currentCommit, type Results } from '../results/results.js'
import { type Row, rowsOf } from '../results/row.js'
import { caseTables } from '../results/tables-of.js'
import { tableAsText } from '../results/text-table.js'
import type { Measurement, Suite } from '../suite.js'
import { SUITE_NAMES, SUITES, type SuiteName } from '../suites.js'
import { runCase } from './run-case.js'

/** Runs suites one after another. */
export async function runSuites(request: RunRequest): Promise<{ results: Results; failed: readonly string[] }> {
  const machine = describeMachine()
  const about = { date: new Date().toISOString(), commit: currentCommit(), machine, quick: request.quick }
  process.stdout.write(`node ${machine.node}, ${machine.cpus} × ${machine.cpu}, load ${machine.load.join(' ')}\n\n`)
  const rows: Row[] = []
  const failed: string[] = []
  for (const name of request.suites) {
    const ofSuite = rowsOf(name, await runSuite(name, request, failed))
    for (const table of caseTables(ofSuite)) process.stdout.write(`${tableAsText(table)}\n`)
    rows.push(...ofSuite)
  }
  if (request.profile !== null) sayWhereTimeWent(request.profile)
  const { suites } = request
  return { results: { ...about, isWhole: suites.length === SUITE_NAMES.length, suites, rows }, failed }
}

/** A case that fails does not keep the others from running. @param failed gets the names of those that do */
async function runSuite(name: SuiteName, { quick, profile }: RunRequest, failed: string[]): Promise<Measurement[]> {
  const startedAt = performance.now()
  const progress = (line: string): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    process.stderr.write(`${name} ${String(seconds).padStart(4)} s  ${line}\n`)
  }
  const suite: Suite = await SUITES[name].load()
  const measured: Measurement[] = []
  for (const each of suite.cases({ quick })) {
    try {
      measured.push(...(await runCase(name, each, { quick, profile, progress })))
    } catch (error) {
      failed.push(`${name}: ${each.name}`)
      process.stderr.write(
        `bench: ${name}: ${each.name} failed: ${error instanceof Error ? error.message : String(error)}\n`,
      )
    }
  }
  return [...measured, ...(suite.conclude?.(measured) ?? [])]
}
