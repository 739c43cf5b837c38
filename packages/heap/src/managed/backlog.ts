/** Work that piles up and is done in slices, each in a macrotask of its own, in order. */

/** About a millisecond of work. */
const SLICE = 4096

export class Backlog<T> {
  readonly #defer: (slice: () => void) => void
  readonly #work: (items: T[]) => void
  #items: T[] = []
  /** How many of the items are done. */
  #done = 0

  /** @param work does a slice; what it throws goes to whoever runs the macrotask, and the rest is done all the same */
  constructor(defer: (slice: () => void) => void, work: (items: T[]) => void) {
    this.#defer = defer
    this.#work = work
  }

  push(item: T): void {
    if (this.#items.push(item) === 1) this.#defer(this.#slice)
  }

  readonly #slice = (): void => {
    const items = this.#items.slice(this.#done, this.#done + SLICE)
    this.#done += items.length
    if (this.#done < this.#items.length) this.#defer(this.#slice)
    else {
      this.#items = []
      this.#done = 0
    }
    this.#work(items)
  }
}
