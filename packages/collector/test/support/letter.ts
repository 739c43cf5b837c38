/** What a test itself remembers of an application message; it travels as the call's number. */
import type { Identity, WorldNode } from './world-node.js'

/** A reference in a letter. */
export interface Enclosed {
  readonly meant: Identity
  /** Whether its sender could rely on it, so that its receiver can. */
  readonly isPromised: boolean
}

export interface Letter {
  readonly from: WorldNode
  readonly to: WorldNode
  /** The number of the session that it was sent in. */
  readonly session: number
  readonly target: Enclosed | null
  readonly references: readonly Enclosed[]
}
