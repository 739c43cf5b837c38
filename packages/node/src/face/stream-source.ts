/**
 * The end of a stream of values that is near its producer: an async iterable, pulled from afar. It runs ahead of whoever reads by so many
 * values at most (back-pressure), and each pull takes all that are ready, so a fast producer costs a round trip for many values.
 */

/** How many values are produced ahead of the reader. */
const WINDOW = 64

/** Values of a stream, in order. */
export interface Batch {
  readonly values: readonly unknown[]
  /** No more will come. */
  readonly isDone: boolean
}

export class StreamSource {
  readonly #iterator: AsyncIterator<unknown>
  #ready: unknown[] = []
  #state: 'idle' | 'running' | 'full' | 'done' | 'failed' = 'idle'
  #error: unknown
  #wake: (() => void) | null = null

  constructor(iterable: AsyncIterable<unknown>) {
    this.#iterator = iterable[Symbol.asyncIterator]()
  }

  /** One value or more, as soon as there is one. @throws what the producer threw, when all before it was read */
  async pull(): Promise<Batch> {
    if (this.#state === 'idle' || this.#state === 'full') void this.#run()
    while (this.#ready.length === 0 && this.#state === 'running') {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const values = this.#ready
    this.#ready = []
    if (this.#state === 'failed' && values.length === 0) throw this.#error
    return { values, isDone: this.#state === 'done' }
  }

  /** Nobody reads on. Idempotent. */
  async cancel(): Promise<void> {
    if (this.#state === 'done' || this.#state === 'failed') return
    this.#end('done')
    this.#ready = []
    await this.#iterator.return?.()
  }

  async #run(): Promise<void> {
    this.#state = 'running'
    try {
      while (this.#isRunning) {
        const next: IteratorResult<unknown, unknown> = await this.#iterator.next()
        // Cancelled meanwhile.
        if (!this.#isRunning) return
        if (next.done === true) {
          this.#end('done')
          return
        }
        this.#ready.push(next.value)
        this.#tell()
        if (this.#ready.length >= WINDOW) this.#state = 'full'
      }
    } catch (error) {
      this.#error = error
      this.#end('failed')
    }
  }

  get #isRunning(): boolean {
    return this.#state === 'running'
  }

  #end(state: 'done' | 'failed'): void {
    this.#state = state
    this.#tell()
  }

  #tell(): void {
    this.#wake?.()
    this.#wake = null
  }
}
