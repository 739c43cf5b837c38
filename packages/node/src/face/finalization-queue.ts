/**
 * What the program wants to know of objects that are gone, after the fact: never in the middle of something else, in the order in which
 * they were freed.
 */
import { LimitError } from '@holdfast/core'

export class FinalizationQueue<Token = unknown> {
  readonly #tokens: Token[] = []
  readonly #watch: (object: object, onFreed: () => void) => () => void
  readonly #limit: number
  #taken = 0
  #watched = 0

  /** @param watch calls back once the object is freed; returns what ends that */
  constructor(watch: (object: object, onFreed: () => void) => () => void, limit = 2 ** 20) {
    this.#watch = watch
    this.#limit = limit
  }

  /** How many tokens wait to be taken. */
  get length(): number {
    return this.#tokens.length - this.#taken
  }

  /**
   * Puts a token into the queue when an object of this node is gone. The token must not refer to the object, or it never goes.
   * @returns takes that back
   * @throws LimitError `too-many-tokens`: nothing takes them
   */
  register(object: object, token: Token): () => void {
    if (this.length + this.#watched >= this.#limit) {
      throw new LimitError('too-many-tokens', 'the finalization queue is full: take what is in it', {
        limit: this.#limit,
      })
    }
    this.#watched++
    let isOver = false
    const end = (): boolean => {
      if (isOver) return false
      isOver = true
      this.#watched--
      return true
    }
    const cancel = this.#watch(object, () => {
      if (end()) this.#tokens.push(token)
    })
    return () => {
      if (end()) cancel()
    }
  }

  /** The first token; undefined when there is none. Amortized O(1). */
  take(): Token | undefined {
    if (this.length === 0) return undefined
    const token = this.#tokens[this.#taken++]
    if (this.#taken * 2 >= this.#tokens.length) {
      this.#tokens.splice(0, this.#taken)
      this.#taken = 0
    }
    return token
  }
}
