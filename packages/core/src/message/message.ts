/**
 * Every message that travels inside a session, and the codes it has on the wire. Messages of the distributed collector
 * (`dgc:`) speak for many references at once. Codes of messages that a later version speaks are taken here already, so that
 * none is used twice.
 */
import type { Column } from '../columns.js'
import type { ExportId, GiftId, Incarnation } from '../ids.js'
import type { NodeAddress, WireReference } from './reference.js'

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
  readonly entries: readonly { readonly id: ExportId; readonly gifter: NodeAddress; readonly gift: GiftId }[]
}

/** Owner → gifter: these gifts are registered. */
export interface GiftAckMessage {
  readonly type: 'dgc:giftAck'
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

/** Owner → holder: what you named is gone. */
export interface BrokenMessage {
  readonly type: 'dgc:broken'
  /** Ascending. */
  readonly ids: Column
  /** The holder's message that this answers. */
  readonly at: number
}

/** Coordinator → node: send me a report. */
export interface AskReportMessage {
  readonly type: 'dgc:askReport'
}

/** Anyone → node: collect locally, send your drops, then report to me. */
export interface BringOutYourDeadMessage {
  readonly type: 'dgc:bringOutYourDead'
}

/** Node → coordinator; `@holdfast/tracing` encodes and validates what is inside. */
export interface ReportMessage {
  readonly type: 'dgc:report'
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

export type Message =
  | CallMessage
  | ReturnMessage
  | AddRefMessage
  | GiftAckMessage
  | DropRefMessage
  | BrokenMessage
  | AskReportMessage
  | BringOutYourDeadMessage
  | ReportMessage
  | CollectMessage

/** The first byte of each message. Taken for the lease protocol: 11 release, 12 ping, 13 pong, 14 reconcile, 15 reconcileOk, 16 clearWeak. */
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
} as const satisfies Record<Message['type'], number>
