/** The calls that a node's program has received and not answered, made and not heard of, and the answers that it still vouches for. */
import type { Sequence } from '@holdfast/core'
import type { SimulatedNode } from './simulated-node.js'
import type { Reference } from './thing.js'

/** A call that waits for this node's answer. */
export interface OwedAnswer {
  readonly call: number
  readonly from: SimulatedNode
  /** The session in which it came: an answer in another means nothing to the caller. */
  readonly session: number
}

/** An answer whose references stay roots until the caller has acknowledged it. */
export interface SentAnswer {
  readonly to: SimulatedNode
  readonly session: number
  readonly sequence: Sequence
  readonly references: readonly Reference[]
}

export class AnswerDesk {
  /** The oldest first. */
  readonly owed: OwedAnswer[] = []
  /** Who is asked, by the number of the call. */
  readonly awaited = new Map<number, SimulatedNode>()
  readonly sent: SentAnswer[] = []

  /** The oldest call of a node that waits for an answer; -1 for none. */
  placeOfOldest(from: string): number {
    return this.owed.findIndex((owed) => owed.from.name === from)
  }

  /** No answers will come over a session with a node any more. */
  sessionEnded(peer: string): void {
    for (const [call, asked] of this.awaited) if (asked.name === peer) this.awaited.delete(call)
  }
}
