import type { OnPost } from './web-sockets.js'

/** More than that nobody says before its name: its address, at the most. */
const MAX_EARLY_POSTS = 8

/** What the other end says beside its frames, kept until its name is known: the first frame may be read later than what followed it. */
export class EarlyPosts {
  readonly #early: unknown[] = []
  #received: OnPost | null = null

  readonly onPost: OnPost = (message) => {
    if (this.#received !== null) return this.#received(message)
    this.#early.push(message)
    return this.#early.length <= MAX_EARLY_POSTS
  }

  handOver(received: OnPost): void {
    this.#received = received
    for (const message of this.#early.splice(0)) received(message)
  }
}
