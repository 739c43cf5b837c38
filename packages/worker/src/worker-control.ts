/**
 * The main thread's hand on one worker: comlink calls that reject when the worker dies, where comlink's own would never
 * settle.
 */
import { Worker } from 'node:worker_threads'
import { HoldfastError } from '@holdfast/core'
import { type Remote, wrap } from 'comlink'
import { nodeEndpoint } from './comlink-endpoint.js'

/** The worker is gone; what was asked of it will not be answered. Code `worker-gone`; `cause` is what it threw, if that ended it. */
export class WorkerGoneError extends HoldfastError {
  constructor(name: string, reason: string, cause?: unknown) {
    super('worker-gone', `the worker of node ${name} is gone: ${reason}`, { node: name })
    if (cause !== undefined) this.cause = cause
  }
}

/** @typeParam Face what the worker exposes over comlink */
export class WorkerControl<Face> {
  readonly name: string
  /** Resolves when the thread is no more, however it ended, with the error that its calls reject with. */
  readonly exited: Promise<WorkerGoneError>
  readonly #worker: Worker
  readonly #face: Remote<Face>
  /** Rejects the calls that wait. */
  readonly #waiting = new Set<(error: Error) => void>()
  #gone: WorkerGoneError | null = null

  /** @param script what the thread runs */
  constructor(name: string, script: URL) {
    this.name = name
    this.#worker = new Worker(script, { name })
    this.#worker.on('error', (error) => this.#died(String(error), error))
    this.exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => resolve(this.#died(`exit code ${code}`)))
    })
    this.#face = wrap<Face>(nodeEndpoint(this.#worker))
  }

  /**
   * Makes one call, or waits for whatever else needs this worker.
   * @throws WorkerGoneError; whatever the call throws over there: an Error with the name, and the code and data if it had some
   */
  call<T>(make: (face: Remote<Face>) => Promise<T>): Promise<T> {
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
    await this.exited
  }

  #died(reason: string, cause?: unknown): WorkerGoneError {
    this.#gone ??= new WorkerGoneError(this.name, reason, cause)
    for (const reject of this.#waiting) reject(this.#gone)
    this.#waiting.clear()
    return this.#gone
  }
}
