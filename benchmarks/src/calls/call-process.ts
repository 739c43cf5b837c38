import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CallSystemName } from './call-system.js'
import type { Slice, SliceRequest } from './slice.js'

const CALLER = fileURLToPath(new URL('./caller.js', import.meta.url))

/** The process in which one system is measured, a slice at a time. */
export class CallProcess {
  readonly name: CallSystemName
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(name: CallSystemName, child: ChildProcess) {
    this.name = name
    this.#child = child
    this.#exited = once(child, 'exit')
  }

  /** @throws Error when the system fails to start */
  static async start(name: CallSystemName): Promise<CallProcess> {
    const started = new CallProcess(name, fork(CALLER, [name]))
    await started.#answer()
    return started
  }

  /** One at a time. @throws Error when the process ends before the answer */
  async measure(request: SliceRequest): Promise<Slice> {
    this.#child.send(request)
    return (await this.#answer()) as Slice
  }

  async stop(): Promise<void> {
    this.#child.disconnect()
    await this.#exited
  }

  async #answer(): Promise<unknown> {
    const died = this.#exited.then(() => {
      throw new Error(`the process of ${this.name} ended too early`)
    })
    const [answer] = (await Promise.race([once(this.#child, 'message'), died])) as unknown[]
    return answer
  }
}
