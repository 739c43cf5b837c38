import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Sample } from '../suite.js'

const PROGRAM = fileURLToPath(new URL('./variant-process.js', import.meta.url))

/** No start and no round takes longer, not even of ten thousand nodes. */
const PATIENCE_MS = 15 * 60_000

/** Which variant, of a known suite. */
export interface VariantName {
  readonly suite: string
  readonly case: string
  readonly variant: string
}

export interface ChildOptions {
  readonly quick: boolean
  /** Where the processes leave their CPU profiles; null for none. */
  readonly profile: string | null
}

/** A variant in a process of its own, seen from the command. */
export class VariantChild {
  readonly name: string
  readonly #process: ChildProcess
  /** Rejects when the process ends before it is told to. */
  readonly #died: Promise<never>
  #isEnding = false

  private constructor(name: VariantName, child: ChildProcess) {
    this.name = name.variant
    this.#process = child
    this.#died = new Promise((_, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        const how = signal === null ? `exit code ${code}` : `ended by ${signal}`
        if (!this.#isEnding) reject(new Error(`${name.suite}, ${name.case}, ${name.variant}: ${how}`))
      })
    })
    // It is looked at by whoever waits for a message.
    this.#died.catch(() => {})
  }

  /** Starts the process and waits until its variant is ready for rounds. @throws Error when it is not */
  static async start(name: VariantName, { quick, profile }: ChildOptions): Promise<VariantChild> {
    const execArgv = ['--expose-gc', ...(profile === null ? [] : profileFlags(name, profile))]
    const process = fork(PROGRAM, [name.suite, name.case, name.variant, quick ? 'quick' : 'full'], { execArgv })
    const child = new VariantChild(name, process)
    await child.#message()
    return child
  }

  /** @throws Error when the variant fails; its own words are on stderr */
  async round(): Promise<Sample> {
    this.#process.send('round')
    return (await this.#message()) as Sample
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    this.#isEnding = true
    const closed = once(this.#process, 'close')
    this.#process.send('end')
    await closed
  }

  /** For a variant whose case has failed. */
  kill(): void {
    this.#isEnding = true
    this.#process.kill('SIGKILL')
  }

  /** @throws Error when the process ends, or hangs */
  async #message(): Promise<unknown> {
    const waiting = new AbortController()
    const { signal } = waiting
    const hangs = sleep(PATIENCE_MS, null, { signal, ref: false }).then(() => {
      throw new Error(`${this.name} has said nothing for ${PATIENCE_MS / 60_000} minutes`)
    })
    try {
      const message = once(this.#process, 'message', { signal })
      return ((await Promise.race([message, this.#died, hangs])) as unknown[])[0]
    } finally {
      hangs.catch(() => {})
      waiting.abort()
    }
  }
}

function profileFlags(name: VariantName, folder: string): string[] {
  const file = [name.suite, name.case, name.variant].join('-').replaceAll(/[^\w.-]+/g, '_')
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}.cpuprofile`]
}
