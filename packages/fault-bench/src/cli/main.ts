#!/usr/bin/env node
/** The `faults` command. Exit codes: 0 nothing was lost, 1 something was, 2 wrong input, 130 interrupted. */
import { UsageError } from '@holdfast/core'
import { CommanderError } from 'commander'
import { createProgram } from './program.js'
import { type Output, runFaults } from './run-faults.js'

const PROGRESS_LINES_MS = 15_000
let statusAt = 0

const output: Output = {
  out: (line) => process.stdout.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}${line}\n`),
  status: (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`)
    else if (performance.now() - statusAt > PROGRESS_LINES_MS) {
      statusAt = performance.now()
      process.stderr.write(`${text}\n`)
    }
  },
  drawSeed: () => 1 + Math.floor(Math.random() * 0xfffffffe),
}

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const

/** @param args without node and script @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0
  const controller = new AbortController()
  let interrupted: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupted ??= INTERRUPTED[signal]
      controller.abort()
    })
  }
  try {
    const program = createProgram(async (flags) => {
      exitCode = await runFaults(flags, output, controller.signal)
    })
    await program.parseAsync(args, { from: 'user' })
    return exitCode === 0 ? (interrupted ?? 0) : exitCode
  } catch (error) {
    // Commander has said what is wrong already; help comes here too, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (interrupted !== null) return interrupted
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`faults: ${error.message}\n`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
