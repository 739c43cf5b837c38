/** Application messages as a node's program sees them: references as handles of its own heap. */
import type { NodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'

/** A reference that arrived; null when what it named is gone. */
export type ArrivedHandle = Handle | null

/** A call that arrived. Its target and references are pinned until the handler returns: pin or store what is to stay. */
export interface IncomingCall {
  readonly from: NodeId
  /** Null for the node itself. */
  readonly target: Handle | null
  readonly references: readonly ArrivedHandle[]
  readonly payload: Uint8Array
}

/** What a call is answered with. */
export interface Answer {
  readonly references: readonly Handle[]
  readonly payload: Uint8Array
}

/** An answer that arrived; its references are pinned until the callback returns. */
export interface IncomingAnswer {
  readonly references: readonly ArrivedHandle[]
  readonly payload: Uint8Array
}

/** A call to another node. */
export interface OutgoingCall {
  /** An imported object, or a node itself. */
  readonly to: { readonly target: Handle } | { readonly node: NodeId }
  readonly references?: readonly Handle[]
  readonly payload?: Uint8Array
}
