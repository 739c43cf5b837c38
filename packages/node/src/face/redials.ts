/** Links that were lost are made again: after waits that grow, for as long as somebody wants them. */
import { after, type Instant, type NodeId } from '@holdfast/core'
import { Backoff, type Clock } from '@holdfast/transport'

export interface RedialsContext {
  readonly clock: Clock
  /** A number in [0, 1), another each time. */
  readonly random: () => number
  /** @returns whether there is a link to a node now */
  readonly dial: (peer: NodeId) => Promise<boolean>
  /** Whether there is no link to a node, and one is wanted. */
  readonly isWanted: (peer: NodeId) => boolean
}

interface Redial {
  readonly backoff: Backoff
  readonly cancel: () => void
  readonly beganAt: Instant
}

/** A link that has lasted so long, in ms, was a good one: the waits start anew when it is lost. */
const GOOD_AFTER_MS = 10_000

export class Redials {
  readonly #context: RedialsContext
  readonly #redials = new Map<NodeId, Redial>()

  constructor(context: RedialsContext) {
    this.#context = context
  }

  /** A link to a node is lost. Nothing if it is not wanted. */
  start(peer: NodeId): void {
    const { clock, random } = this.#context
    const known = this.#redials.get(peer)
    known?.cancel()
    const isGood = known === undefined || after(known.beganAt, GOOD_AFTER_MS) <= clock.now()
    this.#wait(peer, isGood ? new Backoff({ random }) : known.backoff)
  }

  stop(peer: NodeId): void {
    this.#redials.get(peer)?.cancel()
    this.#redials.delete(peer)
  }

  stopAll(): void {
    for (const { cancel } of this.#redials.values()) cancel()
    this.#redials.clear()
  }

  #wait(peer: NodeId, backoff: Backoff): void {
    const { clock, isWanted } = this.#context
    if (!isWanted(peer)) {
      this.#redials.delete(peer)
      return
    }
    const beganAt = clock.now()
    const cancel = clock.schedule(after(beganAt, backoff.next()), () => this.#attempt(peer))
    this.#redials.set(peer, { backoff, cancel, beganAt })
  }

  #attempt(peer: NodeId): void {
    const { dial, isWanted } = this.#context
    const redial = this.#redials.get(peer)
    if (redial === undefined) return
    if (!isWanted(peer)) {
      this.#redials.delete(peer)
      return
    }
    void dial(peer).then((isLinked) => {
      // Of one that is linked the backoff is kept: it may be lost again at once.
      if (!isLinked && this.#redials.get(peer) === redial) this.#wait(peer, redial.backoff)
    })
  }
}
