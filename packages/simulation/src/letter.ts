/** What the world remembers of an application message under way: what each of its references really means. */
import type { Message } from '@holdfast/core'
import type { Gift } from './gift.js'
import type { SimulatedNode } from './simulated-node.js'
import type { Held, Reference } from './thing.js'

export interface LetterReference {
  readonly meant: Reference
  /** Set for a gift. */
  readonly gift: Gift | null
  /** For a reference that goes home: the claims that stood behind it when it was sent. */
  readonly by: readonly Gift[]
}

export interface Letter {
  readonly number: number
  readonly from: SimulatedNode
  readonly to: SimulatedNode
  /** The session that it was sent in. */
  readonly session: number
  readonly sentAt: number
  readonly target: Held | null
  readonly targetBy: readonly Gift[]
  readonly references: readonly LetterReference[]
  /** What the collector made of it. */
  readonly message: Extract<Message, { type: 'call' | 'return' }>
}
