/**
 * Peers that something happened to in this turn, each once, in the order in which it did: their frames are written at its end.
 *
 * No `Set`: one that is emptied every turn leaves a chain of old tables behind, which V8's young collections take for living.
 */
import type { Peer } from './remotes.js'

export class TouchedPeers {
  readonly #peers: Peer[] = []
  #taken = 0
  /** By a peer's index: whether it is among them. */
  readonly #isIn: boolean[] = []

  add(peer: Peer): void {
    const { index } = peer
    if (this.#isIn[index] === true) return
    while (this.#isIn.length < index) this.#isIn.push(false)
    this.#isIn[index] = true
    this.#peers.push(peer)
  }

  /** Takes the next one out; null when there is none. */
  take(): Peer | null {
    if (this.#taken === this.#peers.length) {
      this.#peers.length = 0
      this.#taken = 0
      return null
    }
    const peer = this.#peers[this.#taken++]
    this.#isIn[peer.index] = false
    return peer
  }
}
