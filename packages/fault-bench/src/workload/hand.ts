/** What a member holds: its own objects and those of others, each with the name that it must have. */
import type { Random } from '@holdfast/core'
import type { Tag } from './tag.js'
import type { Reference } from './things.js'

export interface Held {
  readonly ref: Reference
  readonly tag: Tag
}

export class Hand {
  readonly #random: Random
  readonly #limit: number
  #held: Held[] = []

  constructor(random: Random, limit: number) {
    this.#random = random
    this.#limit = limit
  }

  get all(): readonly Held[] {
    return this.#held
  }

  /** Something else is let go of when there is no room. */
  add(held: Held): void {
    while (this.#held.length >= this.#limit) this.dropOne()
    this.#held.push(held)
  }

  pick(matches: (held: Held) => boolean = () => true): Held | null {
    const fitting = this.#held.filter(matches)
    return fitting.length === 0 ? null : this.#random.pick(fitting)
  }

  dropOne(): void {
    if (this.#held.length > 0) this.#held.splice(this.#random.below(this.#held.length), 1)
  }

  /** It leads nowhere any more. */
  forget(tags: readonly Tag[]): void {
    this.#held = this.#held.filter(({ tag }) => !tags.includes(tag))
  }
}
