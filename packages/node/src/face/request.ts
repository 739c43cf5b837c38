/**
 * What the payload of a call says: which property of the target, and what to do with it. Values are encoded by `values/`.
 *
 * Layout: operation (byte), answer (integer), number of path steps (integer), each step (string), value (the rest).
 */
import { ByteReader, ByteWriter, ProtocolError } from '@holdfast/core'

/** What to do at the end of the path. */
export const CALL = 1
export const GET = 2
export const SET = 3
export const NEW = 4
export type Operation = typeof CALL | typeof GET | typeof SET | typeof NEW

export interface Request {
  readonly operation: Operation
  /** The caller's number of an earlier call whose result is the target (promise pipelining); 0 for the target of the message. */
  readonly answer: number
  /** Names of properties, from the target on. */
  readonly path: readonly string[]
  /** Encoded: the arguments of a call or a constructor, the value to set; empty to get. */
  readonly value: Uint8Array
}

/** The most steps of a path. */
const MAX_PATH = 64
/** The longest name of a property, in bytes. */
const MAX_NAME_BYTES = 1024

const isOperation = (value: number): value is Operation => value >= CALL && value <= NEW

export function encodeRequest({ operation, answer, path, value }: Request): Uint8Array {
  const writer = new ByteWriter(value.length + 32)
  writer.byte(operation)
  writer.integer(answer)
  writer.integer(path.length)
  for (const step of path) writer.string(step)
  writer.raw(value)
  return writer.finish()
}

/** @throws ProtocolError `malformed`, `malformed-request` */
export function decodeRequest(payload: Uint8Array): Request {
  const reader = new ByteReader(payload)
  const operation = reader.byte()
  if (!isOperation(operation)) {
    throw new ProtocolError('malformed-request', 'a request for an unknown operation', { operation })
  }
  const answer = reader.integer()
  const length = reader.count()
  if (length > MAX_PATH) throw new ProtocolError('malformed-request', 'a path with too many steps', { length })
  const path = Array.from({ length }, () => reader.string(MAX_NAME_BYTES))
  return { operation, answer, path, value: reader.raw(reader.remaining) }
}

/** First byte of an answer. */
const VALUE = 0
const ERROR = 1

export interface Reply {
  readonly isError: boolean
  /** Encoded. */
  readonly value: Uint8Array
}

export function encodeReply({ isError, value }: Reply): Uint8Array {
  const bytes = new Uint8Array(value.length + 1)
  bytes[0] = isError ? ERROR : VALUE
  bytes.set(value, 1)
  return bytes
}

/** @returns null for an empty answer: the other node had nothing to say */
export function decodeReply(payload: Uint8Array): Reply | null {
  if (payload.length === 0) return null
  return { isError: payload[0] === ERROR, value: payload.subarray(1) }
}
