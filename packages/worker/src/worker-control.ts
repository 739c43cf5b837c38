/**
 * The main thread's hand on one worker: comlink calls that reject when the worker dies, where comlink's own would never
 * settle.
 */
import { Worker } from 'node:worker_threads'
import { HoldfastError } from '@holdfast/core'
import { type Remote, wrap } from 'comlink'
import { nodeEndpoint } from './comlink-endpoint.js'
import type { WorkerFace } from './worker-face.js'

/** The worker is gone; what was asked of it will not be answered. Code `worker-gone`. */
export class WorkerGoneError extends HoldfastError {
  constructor(name: string, cause: string) {
    super('worker-gone', `the worker of node ${name} is gone: ${cause}`, { node: name })
  }
}

export class WorkerControl {
  readonly name: string
  readonly #worker: Worker
  readonly #face: Remote<WorkerFace>
  /** Rejects the calls that wait. */
  readonly #waiting = new Set<(error: Error) => void>()
  #gone: Error | null = null
  readonly #exited: Promise<void>

  constructor(name: string) {
    this.name = name
    this.#worker = new Worker(new URL('./worker-main.js', import.meta.url), { name })
    this.#worker.on('error', (error) => this.#died(String(error)))
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#died(`exit code ${code}`)
        resolve()
      })
    })
    this.#face = wrap<WorkerFace>(nodeEndpoint(this.#worker))
  }

  /**
   * Makes one call, or waits for whatever else needs this worker.
   * @throws WorkerGoneError; whatever the call throws over there: an Error with the name, and the code and data if it had some
   */
  call<T>(make: (face: Remote<WorkerFace>) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== null) {
        reject(this.#gone)
        return
      }
      this.#waiting.add(reject)
      make(this.#face)
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject))
    })
  }

  /** Whether the worker is gone. */
  get isGone(): boolean {
    return this.#gone !== null
  }

  /** Stops the thread, and has its calls rejected for this reason. */
  async giveUp(reason: string): Promise<void> {
    this.#died(reason)
    await this.terminate()
  }

  /** Stops the thread at once, wherever it is, and waits until it is no more. Idempotent. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
    await this.#exited
  }

  #died(cause: string): void {
    this.#gone ??= new WorkerGoneError(this.name, cause)
    for (const reject of this.#waiting) reject(this.#gone)
    this.#waiting.clear()
  }
}
