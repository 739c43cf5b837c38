/** Why a call will not be answered. */
import type { NodeId } from '@holdfast/core'

/**
 * - `broken`: what it was for, or a reference that it carries, refers to nothing any more.
 * - `session-ended`: it was sent, and the session is over; whether it was carried out is not known.
 * - `peer-restarted`: the same, since a later lifetime of the peer has appeared.
 * - `unreachable`: it was not sent: there was no session in time, or the node is silent.
 * - `closed`: this node was closed.
 * - `not-sent`: it had waited, and then could not be sent; `error` says why.
 */
export type CallFailureCode = 'broken' | 'session-ended' | 'peer-restarted' | 'unreachable' | 'closed' | 'not-sent'

export interface CallFailure {
  readonly code: CallFailureCode
  readonly peer: NodeId
  /** Why the session ended, in the words of the protocol; empty otherwise. */
  readonly detail: string
  readonly error: Error | null
}
