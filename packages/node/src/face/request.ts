/**
 * What the payload of a call says: which property of the target, and what to do with it. Values are encoded by `values/`.
 *
 * Layout: operation (byte), answer (integer), number of path steps (integer), each step (string), value (the rest).
 */
import { ByteReader, type ByteWriter, ProtocolError } from '@holdfast/core'
import type { PathMemo } from './path-memo.js'

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
}

/** A request that arrived. */
export interface ArrivedRequest extends Request {
  /** Where in the payload the value begins, encoded: the arguments of a call or a constructor, the value to set; nothing to get. */
  readonly valueAt: number
}

/** The most steps of a path. */
const MAX_PATH = 64
/** The longest name of a property, in bytes. */
const MAX_NAME_BYTES = 1024

const isOperation = (value: number): value is Operation => value >= CALL && value <= NEW

/** Writes what stands before the value. */
export function beginRequest(
  writer: ByteWriter,
  operation: Operation,
  { answer, path }: Omit<Request, 'operation'>,
): void {
  writer.byte(operation)
  writer.integer(answer)
  writer.integer(path.length)
  for (const step of path) writer.string(step)
}

/** @param paths what was named before @throws ProtocolError `malformed`, `malformed-request` */
export function decodeRequest(payload: Uint8Array, paths: PathMemo): ArrivedRequest {
  const reader = new ByteReader(payload)
  const operation = reader.byte()
  if (!isOperation(operation)) {
    throw new ProtocolError('malformed-request', 'a request for an unknown operation', { operation })
  }
  const answer = reader.integer()
  const pathAt = reader.position
  const known = paths.find(payload, pathAt)
  if (known !== null) return { operation, answer, path: known.path, valueAt: pathAt + known.bytes.length }
  const length = reader.count()
  if (length > MAX_PATH) throw new ProtocolError('malformed-request', 'a path with too many steps', { length })
  const path = Array.from({ length }, () => reader.string(MAX_NAME_BYTES))
  paths.add(payload.subarray(pathAt, reader.position), path)
  return { operation, answer, path, valueAt: reader.position }
}

/** First byte of an answer. */
const VALUE = 0
const ERROR = 1

/** Where the value of an answer begins. */
export const REPLY_VALUE_AT = 1

/** Writes what stands before the value. */
export function beginReply(writer: ByteWriter, isError: boolean): void {
  writer.byte(isError ? ERROR : VALUE)
}

/** Whether an answer says that the call has thrown. */
export const isErrorReply = (payload: Uint8Array): boolean => payload[0] === ERROR
