#!/usr/bin/env node
/** The `simulate` command. Exit codes: 0 nothing was violated, 1 something was, 2 wrong input. */
import { UsageError } from '@holdfast/core'
import { CommanderError } from 'commander'
import { createProgram } from './program.js'
import { simulate } from './simulate.js'

/** @param args without node and script @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0
  const output = { out: (line: string) => process.stdout.write(`${line}\n`), status: process.stderr }
  try {
    const program = createProgram(async (flags) => {
      exitCode = await simulate(flags, output)
    })
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said what is wrong already; help comes here too, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`simulate: ${error.message}\n`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
