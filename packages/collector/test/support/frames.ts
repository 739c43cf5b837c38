/** The session's data frames, taken apart and put together again by the test itself, to look at messages and to forge them. */
import { ByteReader, ByteWriter, decodeMessage, type Message } from '@holdfast/core'

const DATA_KIND = 5

export interface DataFrame {
  readonly head: number
  readonly tag: number
  readonly first: number
  readonly acknowledged: number
  /** Whole messages; the test sends none so long that it needs two records. */
  readonly messages: readonly Uint8Array[]
}

/** Null for a frame of another kind. */
export function openFrame(frame: Uint8Array): DataFrame | null {
  const reader = new ByteReader(frame)
  const head = reader.byte()
  if ((head & 0x0f) !== DATA_KIND) return null
  const tag = reader.u32()
  const first = reader.integer()
  const acknowledged = reader.integer()
  const lengths = Array.from({ length: reader.integer() }, () => reader.integer() / 2)
  return { head, tag, first, acknowledged, messages: lengths.map((length) => reader.raw(length)) }
}

export function sealFrame({ head, tag, first, acknowledged, messages }: DataFrame): Uint8Array {
  const writer = new ByteWriter()
  writer.byte(head)
  writer.u32(tag)
  for (const number of [first, acknowledged, messages.length]) writer.integer(number)
  for (const message of messages) writer.integer(message.length * 2)
  for (const message of messages) writer.raw(message)
  return writer.finish()
}

/** The messages of a frame. */
export function messagesIn(frame: Uint8Array): Message[] {
  return (openFrame(frame)?.messages ?? []).map(decodeMessage)
}
