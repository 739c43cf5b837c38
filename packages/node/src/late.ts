/**
 * A part of a node that is loaded when it is needed first, so that pages that never need it need not have it.
 *
 * Invariant: what is asked of the part by `load().then(…)` and `ifWanted` is done in the order in which it was asked for.
 */
export class Late<T> {
  readonly #load: () => Promise<T>
  #coming: Promise<T> | null = null
  #here: T | null = null

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  /** The part, if it is there. */
  get here(): T | null {
    return this.#here
  }

  /** Gets the part. Rejects when it cannot be loaded; whoever needs it next tries again. */
  load(): Promise<T> {
    this.#coming ??= this.#arrived()
    return this.#coming
  }

  /** Does something with the part: now, or behind what waits for it. Nothing if it was never needed: then there is nothing to do it with. */
  ifWanted(job: (part: T) => void): void {
    if (this.#here !== null) job(this.#here)
    // Whoever has asked for it hears of a failure.
    else this.#coming?.then(job, () => {})
  }

  async #arrived(): Promise<T> {
    try {
      this.#here = await this.#load()
      return this.#here
    } catch (error) {
      this.#coming = null
      throw error
    }
  }
}
