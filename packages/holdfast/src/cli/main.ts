/**
 * The `holdfast` command. Exit codes: 0 all is right, 1 something is not (or we have a bug), 2 wrong input, 130 and 143
 * interrupted. Wrong input gets one line on stderr.
 */
import { UsageError } from '@holdfast/core'
import { CommanderError } from 'commander'
import { Interrupted, untilInterrupted } from './interrupt.js'
import { createProgram } from './program.js'

/** Runs the command. @param args without node and script @returns the exit code; never throws */
export async function main(args: readonly string[]): Promise<number> {
  // The reader of a pipe may have seen enough (`holdfast replay … | head`).
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  try {
    if (args.length === 0)
      throw new UsageError(
        'no-command',
        `nothing to do: say 'holdfast demo' or 'holdfast replay FILE' (--help explains)`,
      )
    return await untilInterrupted(async (signal) => {
      let exitCode = 0
      const program = createProgram({
        signal,
        exit: (code) => {
          exitCode = code
        },
      })
      await program.parseAsync(args, { from: 'user' })
      return exitCode
    })
  } catch (error) {
    return exitCodeOf(error)
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode
  // Commander has said what is wrong already; help and version come here too, with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UsageError) {
    process.stderr.write(`holdfast: ${error.message.replaceAll('\n', ' ')}\n`)
    return 2
  }
  process.stderr.write(`holdfast: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 1
}
