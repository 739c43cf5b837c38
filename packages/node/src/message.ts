/** Application messages as a node's program sees them: references as handles of its own heap. */
import type { Incarnation, NodeId, Sequence } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'

/** A reference that arrived; null when what it named is gone. */
export type ArrivedHandle = Handle | null

/** A call that arrived. Its target and references are pinned until the handler returns: pin or store what is to stay. */
export interface IncomingCall {
  readonly from: NodeId
  /** The caller's number of it; 0 when it wants no answer. */
  readonly call: number
  /** Null for the node itself. */
  readonly target: Handle | null
  readonly references: readonly ArrivedHandle[]
  readonly payload: Uint8Array
}

/** What a call is answered with. */
export interface Answer {
  readonly references: readonly Handle[]
  /** Read when the answer is taken; its bytes are the handler's own again after that. */
  readonly payload: Uint8Array
  /** Told what becomes of it. */
  readonly receipt?: AnswerReceipt
}

/** Somebody who keeps what an answer tells of until it has arrived. */
export interface AnswerReceipt {
  /** It is sent, in the message with this sequence. */
  sent(sequence: Sequence): void
  /** It can't be sent yet. */
  waits(): void
}

/** What a handler returns that answers later, by `HeapNode.answer`. */
export const LATER = Symbol('later')

/** A call that is answered later, and the session that it came in: an answer goes nowhere else. */
export interface OpenCall {
  readonly from: NodeId
  readonly call: number
  readonly incarnation: Incarnation
  readonly session: number
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
  /** Read before the call returns; its bytes are the caller's own again after that. */
  readonly payload?: Uint8Array
  /** What the caller calls it: handed back with the answer. */
  readonly subject?: unknown
  /** Asked right before it is sent: an error takes it back, and is what the caller hears. */
  readonly objection?: () => Error | null
}
