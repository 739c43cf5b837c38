/**
 * A process that does what it is told, one deed after the other: `{ id, deed, args }` in, `{ id, value }` or `{ id, error }` out. What it
 * says without being asked has 0 as its id; the first of that says that it is ready.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export interface DeedRequest {
  readonly id: number
  readonly deed: string
  readonly args: readonly unknown[]
}

export interface DeedReply {
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

export interface DeedProcessOptions {
  readonly name: string
  readonly program: URL
  /** Plain data, for the program's first argument. */
  readonly settings: object
  /** An open file for what it prints. Default: this process's own output. */
  readonly log?: number
  /** What it says without being asked, when it is ready. */
  readonly onSaid?: (value: unknown) => void
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export class DeedProcess {
  readonly name: string
  /** Resolves when it has ended, whyever. */
  readonly exited: Promise<void>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #count = 0
  #isOver = false

  private constructor(name: string, child: ChildProcess, onSaid: (value: unknown) => void) {
    this.name = name
    this.#child = child
    child.on('message', (message) => this.#replied(message as DeedReply, onSaid))
    // A deed that comes too late: its end is told by the exit.
    child.on('error', () => {})
    this.exited = new Promise((resolve) => {
      child.on('exit', () => {
        this.#isOver = true
        for (const { reject } of this.#waiting.values()) reject(new Error(`${name} has exited`))
        this.#waiting.clear()
        resolve()
      })
    })
  }

  /** @returns when it is ready @throws Error when it ends before */
  static async start(options: DeedProcessOptions): Promise<DeedProcess> {
    const process = DeedProcess.launch(options)
    await process.ready
    return process.process
  }

  /** Starts it, and does not wait until it is ready: it can be killed meanwhile. */
  static launch({ name, program, settings, log, onSaid }: DeedProcessOptions): {
    readonly process: DeedProcess
    readonly ready: Promise<void>
  } {
    const out = log ?? 'inherit'
    const child = fork(program, [JSON.stringify(settings)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', out, out, 'ipc'],
      // In a group of its own: a terminal's Ctrl-C would end it, at any moment, before whoever started it does.
      detached: true,
    })
    let isReady = (): void => {}
    const said = new Promise<void>((resolve) => {
      isReady = resolve
    })
    const process = new DeedProcess(name, child, (value) => {
      if (value === 'ready') isReady()
      else onSaid?.(value)
    })
    const failed = process.exited.then(() => {
      throw new Error(`${name} has exited before it was ready`)
    })
    // Whoever waits for it hears; nobody has to.
    failed.catch(() => {})
    return { process, ready: Promise.race([said, failed]) }
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** @throws Error with the `code` of what was thrown there, or when the process ends */
  do(deed: string, ...args: unknown[]): Promise<unknown> {
    const id = ++this.#count
    return new Promise((resolve, reject) => {
      if (this.#isOver) {
        reject(new Error(`${this.name} has exited`))
        return
      }
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, deed, args } satisfies DeedRequest, () => {})
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** SIGKILL: it has no time for a word. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  #replied({ id, value, error }: DeedReply, onSaid: (value: unknown) => void): void {
    if (id === 0) {
      onSaid(value)
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(Object.assign(new Error(error.message), { code: error.code }))
  }
}
