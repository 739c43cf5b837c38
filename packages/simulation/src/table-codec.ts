/**
 * A codec that passes messages on as they are: the bytes name an entry of a table, where the world also notes who sent the message
 * and when. Encoding is not what most runs are about, and speed is seeds; a run that does want it gets the real bytes behind the name.
 */
import { decodeMessage, encodeMessage, type Message } from '@holdfast/core'
import type { SimulatedNode } from './simulated-node.js'

/** No message of the real codec begins so. */
const MARK = 255
const HEADER = 5

/** A message as it was sent. */
export interface Sent {
  readonly message: Message
  readonly by: SimulatedNode
  /** A moment of the world. */
  readonly at: number
  /** When it was processed: a moment of the world; -1 for not yet. */
  processedAt: number
}

export class TableCodec {
  readonly #sent: Sent[] = []
  readonly #encodes: boolean

  /** @param encodes whether messages are really encoded, too */
  constructor(encodes: boolean) {
    this.#encodes = encodes
  }

  encode(sent: Sent): Uint8Array {
    const number = this.#sent.push(sent) - 1
    if (!this.#encodes) return header(HEADER, number)
    const body = encodeMessage(sent.message)
    const bytes = header(HEADER + body.length, number)
    bytes.set(body, HEADER)
    return bytes
  }

  /** The message; `sent` is null for bytes that no honest node has written. @throws ProtocolError */
  decode(bytes: Uint8Array): { readonly message: Message; readonly sent: Sent | null } {
    if (bytes[0] !== MARK || bytes.length < HEADER) return { message: decodeMessage(bytes), sent: null }
    const sent = this.#sent[bytes[1] | (bytes[2] << 8) | (bytes[3] << 16) | (bytes[4] << 24)]
    return { message: this.#encodes ? decodeMessage(bytes.subarray(HEADER)) : sent.message, sent }
  }
}

function header(length: number, number: number): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes[0] = MARK
  bytes[1] = number & 0xff
  bytes[2] = (number >>> 8) & 0xff
  bytes[3] = (number >>> 16) & 0xff
  bytes[4] = number >>> 24
  return bytes
}
