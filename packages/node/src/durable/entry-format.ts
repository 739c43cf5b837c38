/**
 * What an entry of a durable node says: a row of operations on its collector and its heap, in the order in which they happened. An
 * operation is one byte and its operands.
 */
import type { ByteReader, ByteWriter } from '@holdfast/core'

/** Kept for ever: an operation that is no longer written keeps its number. */
export const OP = {
  frame: 1,
  call: 2,
  return: 3,
  heldCall: 4,
  heldReturn: 5,
  flush: 6,
  deadline: 7,
  linkOpened: 8,
  linkClosed: 9,
  openSession: 10,
  drop: 11,
  report: 12,
  beginRound: 13,
  judge: 14,
  revoke: 15,
  endSession: 16,
  restarted: 17,
  checkpoint: 18,
  /** The answer to a question that the collector asked in the event before. */
  yes: 32,
  no: 33,
  create: 64,
  createWith: 65,
  importHandle: 66,
  pin: 67,
  unpin: 68,
  arrive: 69,
  addReference: 70,
  removeReference: 71,
  reclaim: 72,
  beginCollection: 73,
  stepCollection: 74,
  finishCollection: 75,
  trace: 76,
  breakImport: 77,
  setBody: 78,
  setRoot: 79,
  clearRoot: 80,
  /** The sums that the state has come to: replayed, it must come to the same. */
  check: 127,
} as const

export type Op = (typeof OP)[keyof typeof OP]

const scratch = new Float64Array(1)
const halves = new Uint32Array(scratch.buffer)

/** The eight bytes of a number, in the order of this machine. */
export function writeNumber(writer: ByteWriter, value: number): void {
  scratch[0] = value
  writer.u32(halves[0])
  writer.u32(halves[1])
}

export function readNumber(reader: ByteReader): number {
  halves[0] = reader.u32()
  halves[1] = reader.u32()
  return scratch[0]
}
