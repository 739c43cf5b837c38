/** Ctrl-C and its like: the run is told to stop and gets a while to put everything away. */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
type InterruptSignal = keyof typeof EXIT_CODES

/** Long enough to terminate sixteen worker threads; whoever is stuck longer goes down with the process. */
const GRACE_MS = 5000

/** The reason of the abort. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(signal: InterruptSignal) {
    super(`interrupted by ${signal}`)
    this.name = 'Interrupted'
    this.exitCode = EXIT_CODES[signal]
  }
}

/**
 * Runs something that stops when its signal aborts. A second interrupt ends the process at once.
 * @returns what it returns, or the code of the interrupt that came meanwhile. @throws what it throws
 */
export async function untilInterrupted(run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController()
  let interrupted: Interrupted | null = null
  const interrupt = (signal: InterruptSignal): void => {
    if (interrupted !== null) process.exit(interrupted.exitCode)
    const reason = new Interrupted(signal)
    interrupted = reason
    setTimeout(() => process.exit(reason.exitCode), GRACE_MS).unref()
    controller.abort(reason)
  }
  const signals = Object.keys(EXIT_CODES) as InterruptSignal[]
  for (const signal of signals) process.on(signal, interrupt)
  try {
    const exitCode = await run(controller.signal)
    controller.signal.throwIfAborted()
    return exitCode
  } catch (error) {
    // What fails while everything is being put away is a consequence of the interrupt.
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt)
  }
}
