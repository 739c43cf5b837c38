/**
 * Names of things, branded so that one kind is never passed for another. The trust model: ids are validated where they
 * enter (a decoded message, a public constructor) and trusted from there on.
 */
import { ProtocolError } from './errors.js'

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** The name of a member of the cluster; stays the same over restarts. 1 to 64 UTF-16 units, no control characters. */
export type NodeId = Brand<string, 'NodeId'>

/** One lifetime of a node: a positive safe integer; a later lifetime has a greater one. */
export type Incarnation = Brand<number, 'Incarnation'>

/** An owner's entry for an object that others may hold: a positive safe integer, never reused within an incarnation. */
export type ExportId = Brand<number, 'ExportId'>

/** A holder's own dense index of an import; local to the node, reused after the import is gone. */
export type ImportId = Brand<number, 'ImportId'>

/** A gifter's number of a gift, unique within the gifter's incarnation: a positive safe integer. */
export type GiftId = Brand<number, 'GiftId'>

/** What a local tracer calls an object of its node; a non-negative safe integer that the protocol only hands back. */
export type ObjectKey = Brand<number, 'ObjectKey'>

/** Position of a message within one direction of one session, from 1; 0 stands for none. */
export type Sequence = number

/** Control characters, and halves of surrogate pairs: UTF-8 has none, so two names would become one on the wire. */
const FORBIDDEN_IN_NAMES = /[\p{Cc}\p{Cs}]/u

/** Validates a node's name. @throws ProtocolError `bad-id` */
export function nodeId(name: string): NodeId {
  if (name.length < 1 || name.length > 64 || FORBIDDEN_IN_NAMES.test(name)) {
    throw new ProtocolError(
      'bad-id',
      "a node's name has 1 to 64 characters, no control character and no lone surrogate",
      { name },
    )
  }
  return name as NodeId
}

function positive<T extends number>(value: number, what: string): T {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ProtocolError('bad-id', `${what} is a positive safe integer`, { value })
  }
  return value as T
}

/** Validates an incarnation. @throws ProtocolError `bad-id` */
export const incarnation = (value: number): Incarnation => positive(value, 'an incarnation')

/** Validates an export id. @throws ProtocolError `bad-id` */
export const exportId = (value: number): ExportId => positive(value, 'an export id')

/** Validates a gift id. @throws ProtocolError `bad-id` */
export const giftId = (value: number): GiftId => positive(value, 'a gift id')
