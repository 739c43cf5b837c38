/**
 * Peers that something happened to in this turn, each once, in the order in which it did: their frames are written at its end.
 *
 * No `Set`: one that is emptied every turn leaves a chain of old tables behind, which V8's young collections take for living.
 */
import type { Peer } from './remotes.js'

export class TouchedPeers {
  /** Those in the first `#count` places, and of these those from place `#taken` on. */
  readonly #peers: (Peer | null)[] = []
  #count = 0
  #taken = 0
  /** By a peer's index: whether it is among them. */
  readonly #isIn: boolean[] = []

  add(peer: Peer): void {
    const { index } = peer
    if (this.#isIn[index]) return
    while (this.#isIn.length < index) this.#isIn.push(false)
    this.#isIn[index] = true
    this.#peers[this.#count++] = peer
  }

  /** Those that are in it have the places from `first` to before `end`. */
  get first(): number {
    return this.#taken
  }

  get end(): number {
    return this.#count
  }

  /** The peer at one of those places. */
  at(place: number): Peer {
    return this.#peers[place] as Peer
  }

  /** Takes the next one out; null when there is none. */
  take(): Peer | null {
    if (this.#taken === this.#count) {
      this.#count = 0
      this.#taken = 0
      return null
    }
    const peer = this.#peers[this.#taken] as Peer
    this.#peers[this.#taken++] = null
    this.#isIn[peer.index] = false
    return peer
  }
}
