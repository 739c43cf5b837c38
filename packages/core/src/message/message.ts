/**
 * Every message that travels inside a session, and the codes it has on the wire. Messages of the distributed collector
 * (`dgc:`) speak for many references at once.
 */
import type { Column } from '../columns.js'
import type { ExportId, GiftId, Incarnation } from '../ids.js'
import type { GiftLink, NodeAddress, WireReference } from './reference.js'

/** An application's message to an object of the receiver, or to the receiver itself. */
export interface CallMessage {
  readonly type: 'call'
  /** The sender's own number of this call; a `return` repeats it. 0 when no answer is wanted. */
  readonly call: number
  /** Null for the node itself (its bootstrap). */
  readonly target: ExportId | null
  readonly references: readonly WireReference[]
  readonly payload: Uint8Array
}

/** The answer to a call. */
export interface ReturnMessage {
  readonly type: 'return'
  readonly call: number
  readonly references: readonly WireReference[]
  readonly payload: Uint8Array
}

/** Receiver of gifts → owner: list me. */
export interface AddRefMessage {
  readonly type: 'dgc:addRef'
  /** The owner's incarnation, as the gifts named it. */
  readonly incarnation: Incarnation
  readonly entries: readonly AddRefEntry[]
}

/** One gift, and what proves it: as the reference brought it. */
export interface AddRefEntry extends GiftLink {
  readonly id: ExportId
  readonly via: readonly GiftLink[]
  readonly token: Uint8Array
}

/** Owner → holder: what to prove gifts of the owner's objects with. In each session before the first reference that it lists. */
export interface GiftKeyMessage {
  readonly type: 'dgc:giftKey'
  readonly key: Uint8Array
}

/** Owner → gifter: these gifts are registered, or, after a `release`, settled whatever became of them. */
export interface GiftAckMessage {
  readonly type: 'dgc:giftAck'
  /** Who is listed now; null in the answer to a `release`. The gifter takes it only for gifts that it made to this lifetime of a node. */
  readonly receiver: NodeAddress | null
  /** The owner's clock when it registered them. */
  readonly clock: number
  readonly gifts: readonly GiftId[]
}

/** Holder → owner: I have no more use for these. */
export interface DropRefMessage {
  readonly type: 'dgc:dropRef'
  /** Ascending. */
  readonly ids: Column
  /** The last message of the owner that the holder had processed. */
  readonly received: number
}

/** Owner → holder: what you named is gone, or was never yours. */
export interface BrokenMessage {
  readonly type: 'dgc:broken'
  /** Ascending. */
  readonly ids: Column
  /** The holder's message that this answers. */
  readonly at: number
  /** What was named are gifts that nobody has made, or that were claimed before; whether the objects exist is not said. */
  readonly isRefusal: boolean
}

/** Coordinator → node: send me a report. */
export interface AskReportMessage {
  readonly type: 'dgc:askReport'
  /** All of it, not only what has changed since the last. */
  readonly full: boolean
}

/** Anyone → node: collect locally, send your drops, then report to me. */
export interface BringOutYourDeadMessage {
  readonly type: 'dgc:bringOutYourDead'
}

/** Node → coordinator: a report or a part of one; `@holdfast/tracing` encodes and validates the whole. */
export interface ReportMessage {
  readonly type: 'dgc:report'
  /** Which part it is, from 0 on. */
  readonly part: number
  /** Whether others follow; then this one is not empty. */
  readonly more: boolean
  readonly report: Uint8Array
}

/** Coordinator → owner: these exports are garbage. */
export interface CollectMessage {
  readonly type: 'dgc:collect'
  readonly incarnation: Incarnation
  /** Ascending. */
  readonly ids: Column
  /** The `ver` of each as reported. */
  readonly versions: Column
}

/** Coordinator → node: nothing but weak holders keeps these from being garbage. Clear those that the report spoke of. */
export interface ClearWeakMessage {
  readonly type: 'dgc:clearWeak'
  readonly incarnation: Incarnation
  /** The number of the node's report that was judged. */
  readonly report: number
  /** What that report calls them (`@holdfast/tracing`), group by group. */
  readonly names: Column
  /** The group of each; what may lead to another is in its group, and is cleared with it or not at all. */
  readonly groups: Column
}

/** Gifter → owner: these gifts are long unacknowledged. The owner answers `giftAck`, whatever became of them. */
export interface ReleaseMessage {
  readonly type: 'dgc:release'
  readonly gifts: readonly GiftId[]
}

/** Renews the session's lease, and tells what the sender holds of the receiver's objects. */
export interface PingMessage {
  readonly type: 'dgc:ping'
  /** The receiver's last message that the sender had processed. */
  readonly received: number
  /** How many, and the sum of `digestOf` of their ids. */
  readonly count: number
  readonly digest: number
}

/** Owner → holder: what your ping told is not what I have listed; reconcile. The ping itself the session acknowledges. */
export interface PongMessage {
  readonly type: 'dgc:pong'
}

/** Holder → owner: what I still hold of yours. */
export interface ReconcileMessage {
  readonly type: 'dgc:reconcile'
  /** Ascending. */
  readonly ids: Column
  /** Nothing more follows: what is not named, in this or an earlier chunk, I do not hold. */
  readonly last: boolean
  /** The last message of the owner that the holder had processed. */
  readonly received: number
}

/** Owner → holder: everything up to your message `at` is listed again, or answered `broken`. */
export interface ReconcileOkMessage {
  readonly type: 'dgc:reconcileOk'
  readonly at: number
}

export type Message =
  | CallMessage
  | ReturnMessage
  | AddRefMessage
  | GiftKeyMessage
  | GiftAckMessage
  | DropRefMessage
  | BrokenMessage
  | AskReportMessage
  | BringOutYourDeadMessage
  | ReportMessage
  | CollectMessage
  | ClearWeakMessage
  | ReleaseMessage
  | PingMessage
  | PongMessage
  | ReconcileMessage
  | ReconcileOkMessage

/** The first byte of each message. */
export const MESSAGE_CODES = {
  call: 1,
  return: 2,
  'dgc:addRef': 3,
  'dgc:giftAck': 4,
  'dgc:dropRef': 5,
  'dgc:broken': 6,
  'dgc:askReport': 7,
  'dgc:bringOutYourDead': 8,
  'dgc:report': 9,
  'dgc:collect': 10,
  'dgc:release': 11,
  'dgc:ping': 12,
  'dgc:pong': 13,
  'dgc:reconcile': 14,
  'dgc:reconcileOk': 15,
  'dgc:clearWeak': 16,
  'dgc:giftKey': 17,
} as const satisfies Record<Message['type'], number>
