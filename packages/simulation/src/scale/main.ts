/** The scale mode's command. Exit codes: 0 all is right, 1 something is not (or we have a bug), 2 wrong input. */
import { UsageError } from '@holdfast/core'
import { CommanderError } from 'commander'
import { createProgram } from './command/program.js'

// The reader of a pipe may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await createProgram().parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  // Commander has said what is wrong already; help comes here too, with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const isInput = error instanceof UsageError
  process.stderr.write(`scale: ${error instanceof Error ? error.message : String(error)}\n`)
  return isInput ? 2 : 1
}
