/** The command: runs suites one after another, each in a process of its own, so that none inherits another's heap. */
import { writeFileSync } from 'node:fs'
import { UsageError } from '@holdfast/core'
import { helpText, parseCommandLine } from './command-line.js'
import { formatTable } from './format-table.js'
import { describeMachine, type Machine } from './machine.js'
import { runInChild } from './run-in-child.js'
import type { Table } from './suite.js'
import type { SuiteName } from './suites.js'

/** What `--json` writes. */
interface Results {
  readonly startedAt: string
  readonly quick: boolean
  readonly machine: Machine
  readonly suites: Partial<Record<SuiteName, readonly Table[]>>
}

/** @returns the exit code: 0 all ran, 1 a suite failed, 2 wrong input */
async function main(args: readonly string[]): Promise<number> {
  const { help, quick, json, suites } = parseCommandLine(args)
  if (help) {
    process.stdout.write(helpText())
    return 0
  }
  const machine = describeMachine()
  const results: Results = { startedAt: new Date().toISOString(), quick, machine, suites: {} }
  process.stdout.write(`node ${machine.node}, ${machine.cpus} × ${machine.cpu}, load ${machine.load.join(' ')}\n\n`)
  let failed = false
  for (const name of suites) {
    try {
      const tables = await runInChild(name, quick)
      results.suites[name] = tables
      for (const table of tables) process.stdout.write(`${formatTable(table)}\n`)
    } catch (error) {
      failed = true
      process.stderr.write(`bench: ${name} failed: ${error instanceof Error ? error.message : String(error)}\n`)
    }
    // After every suite: what was measured survives an interrupt.
    if (json !== null) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`)
  }
  return failed ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 2
}
