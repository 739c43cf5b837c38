#!/usr/bin/env node
/** The `fuzz` command. Exit codes: 0 nothing was found, 1 something was, 2 wrong input. */
import { UsageError } from '@holdfast/core'
import { CommanderError } from 'commander'
import { createProgram } from './program.js'
import { type Output, runFuzz } from './run-fuzz.js'

const output: Output = {
  out: (line) => process.stdout.write(`${line}\n`),
  status: (text) => process.stderr.write(process.stderr.isTTY ? `\r${text}\u001b[K` : `${text}\n`),
  now: () => performance.now(),
  drawSeed: () => 1 + Math.floor(Math.random() * 0xfffffffe),
}

/** @param args without node and script @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0
  try {
    const program = createProgram(async (flags) => {
      exitCode = await runFuzz(flags, output)
    })
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has said what is wrong already; help comes here too, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`fuzz: ${error.message}\n`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
