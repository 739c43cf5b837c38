/**
 * References that have just arrived. One that came from somebody else than its owner stands when the owner has heard of it. If the session with
 * the owner ends before that, it breaks, though the object is there: so the protocol has it (docs/protocol.md, section "When a session ends"). So whoever
 * gets a reference calls its object first, and relies on it, and lets others do so, only when that was answered.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { HoldfastNode } from 'holdfast'
import { type Attempts, BROKEN, type Trouble } from './attempts.js'
import { type Lifetime, lifetimeOf, nodeOf, type Tag } from './tag.js'
import type { Confirm, Reference, Thing } from './things.js'

export interface ArrivalsOptions {
  readonly node: HoldfastNode
  readonly lifetime: Lifetime
  readonly attempts: Attempts
  readonly onTrouble: (trouble: Trouble) => void
}

const AGAIN_MS = 200

export class Arrivals {
  readonly #options: ArrivalsOptions
  /** When the last session with each node ended. */
  readonly #downAt = new Map<string, number>()
  #unsure = 0

  constructor(options: ArrivalsOptions) {
    this.#options = options
    options.node.on('peer-down', ({ peer }) => this.#downAt.set(peer, performance.now()))
  }

  /** Those of which it is not known yet. */
  get unsure(): number {
    return this.#unsure
  }

  readonly confirm: Confirm = async (ref, tag) => {
    if (lifetimeOf(tag) === this.#options.lifetime) return true
    this.#unsure++
    try {
      return await this.#confirm(ref, tag)
    } finally {
      this.#unsure--
    }
  }

  async #confirm(ref: Reference, tag: Tag): Promise<boolean> {
    const { node, attempts, onTrouble } = this.#options
    const owner = nodeOf(tag)
    const hadSession = node.peers.some((peer) => peer === owner)
    const arrivedAt = performance.now()
    for (;;) {
      const { value, error } = await attempts.settle('confirm', [tag], () => (ref as Thing).tell())
      if (value?.tag === tag) return true
      if (error === undefined) {
        attempts.wrong('confirm', [tag], `is ${JSON.stringify(value)}`)
        return false
      }
      if (error.code === BROKEN) {
        const mayBreak = !hadSession || (this.#downAt.get(owner) ?? 0) >= arrivedAt
        if (!mayBreak) onTrouble({ kind: 'broken', what: 'confirm', tags: [tag], message: error.message })
        return false
      }
      await sleep(AGAIN_MS)
    }
  }
}
