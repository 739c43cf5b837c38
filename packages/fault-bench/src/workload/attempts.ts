/**
 * Calls under way. Each has to settle in time: what is counted is the time in which this process ran, so that a process that was stopped
 * blames nobody. An error is one of those that a network may cause, or it is told.
 */
import type { Tag } from './tag.js'

/** Told to the bench: it knows who was killed. */
export interface Trouble {
  readonly kind: 'broken' | 'failed' | 'wrong' | 'hangs'
  readonly what: string
  readonly tags: readonly Tag[]
  readonly message: string
}

/** What calls over a network may reject with. */
const OF_THE_NETWORK = new Set(['session-ended', 'unreachable', 'peer-restarted', 'timed-out'])
const TICK_MS = 250

export interface CodedError extends Error {
  readonly code?: string
}

export type Settled<T> =
  | { readonly value: T; readonly error: undefined }
  | { readonly value: undefined; readonly error: CodedError }

export const BROKEN = 'broken-reference'

interface Attempt {
  readonly what: string
  readonly tags: readonly Tag[]
  ageMs: number
}

export class Attempts {
  readonly #boundMs: number
  readonly #tell: (trouble: Trouble) => void
  readonly #open = new Set<Attempt>()
  succeeded = 0
  failed = 0

  constructor(boundMs: number, tell: (trouble: Trouble) => void) {
    this.#boundMs = boundMs
    this.#tell = tell
    let lastAt = performance.now()
    setInterval(() => {
      const now = performance.now()
      // A tick that comes late was held up: by a stop, or by others that needed the processor.
      this.#age(Math.min(now - lastAt, 2 * TICK_MS))
      lastAt = now
    }, TICK_MS).unref()
  }

  get open(): number {
    return this.#open.size
  }

  /** @returns what the call returns; undefined when it was the network, or was told */
  async run<T>(what: string, tags: readonly Tag[], call: () => PromiseLike<T> | T): Promise<T | undefined> {
    const settled = await this.settle(what, tags, call)
    if (settled.error === undefined) return settled.value
    const { code, message, name } = settled.error
    if (code === undefined || !OF_THE_NETWORK.has(code)) {
      const kind = code === BROKEN ? 'broken' : 'failed'
      this.#tell({ kind, what, tags, message: `${name}: ${message}` })
    }
    return undefined
  }

  /** Only that it settles is seen to. */
  async settle<T>(what: string, tags: readonly Tag[], call: () => PromiseLike<T> | T): Promise<Settled<T>> {
    const attempt: Attempt = { what, tags, ageMs: 0 }
    this.#open.add(attempt)
    try {
      const value = await call()
      this.succeeded++
      return { value, error: undefined }
    } catch (error) {
      this.failed++
      return { value: undefined, error: error as CodedError }
    } finally {
      this.#open.delete(attempt)
    }
  }

  wrong(what: string, tags: readonly Tag[], message: string): void {
    this.#tell({ kind: 'wrong', what, tags, message })
  }

  #age(ms: number): void {
    for (const attempt of this.#open) {
      const { what, tags } = attempt
      const before = attempt.ageMs
      attempt.ageMs += ms
      if (before <= this.#boundMs && attempt.ageMs > this.#boundMs) {
        this.#tell({ kind: 'hangs', what, tags, message: `has not settled within ${this.#boundMs} ms` })
      }
    }
  }
}
