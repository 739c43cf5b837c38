/** A stream of values that another node produces: `for await` reads it once, and `break` ends it over there. */
import type { Batch, StreamSource } from './stream-source.js'

/** The source as its reader sees it. */
export interface RemoteSource {
  pull(): PromiseLike<Batch>
  cancel: StreamSource['cancel']
}

export class RemoteStream implements AsyncIterableIterator<unknown> {
  readonly #source: RemoteSource
  #ready: readonly unknown[] = []
  #next = 0
  #isDone = false

  constructor(source: RemoteSource) {
    this.#source = source
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    while (this.#next === this.#ready.length && !this.#isDone) {
      const { values, isDone } = await this.#source.pull()
      this.#ready = values
      this.#next = 0
      this.#isDone = isDone
    }
    if (this.#next < this.#ready.length) return { value: this.#ready[this.#next++], done: false }
    return { value: undefined, done: true }
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    const wasDone = this.#isDone
    this.#isDone = true
    this.#ready = []
    this.#next = 0
    if (!wasDone) await this.#source.cancel()
    return { value: undefined, done: true }
  }
}
