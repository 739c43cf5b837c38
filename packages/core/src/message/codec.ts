/** Messages as bytes. Decoding validates all of a message before anybody acts on any of it. */
import { ByteReader, ByteWriter, malformed } from '../bytes.js'
import { readAscending, readDeltas, readRuns, writeAscending, writeDeltas, writeRuns } from '../columns.js'
import { ProtocolError } from '../errors.js'
import { exportId, giftId, incarnation } from '../ids.js'
import {
  type AddRefMessage,
  type CallMessage,
  type ClearWeakMessage,
  type GiftAckMessage,
  MESSAGE_CODES,
  type Message,
  type ReturnMessage,
} from './message.js'
import {
  distinctAddresses,
  type NodeAddress,
  readAddress,
  readGiftProof,
  readReferences,
  writeAddress,
  writeGiftProof,
  writeReferences,
} from './reference.js'

/** How messages become bytes; a simulation may pass them on as they are. */
export interface MessageCodec {
  /** The bytes are good until the next message is encoded. */
  encode(message: Message): Uint8Array
  /** @throws ProtocolError */
  decode(bytes: Uint8Array): Message
}

/** How long the key is that an owner gives to a holder. */
export const GIFT_KEY_BYTES = 32

/** Calls and returns without references, one after another: most messages there are. */
const plain = new ByteWriter()
/** A longer payload is not written there: the buffer stays. */
const MAX_PLAIN_PAYLOAD = 4096

/** Encodes a message. O(its size). */
export function encodeMessage(message: Message): Uint8Array {
  if (message.type === 'call' || message.type === 'return') return encodeApplication(message)
  const writer = new ByteWriter()
  writer.byte(MESSAGE_CODES[message.type])
  switch (message.type) {
    case 'dgc:addRef':
      writeAddRef(writer, message)
      break
    case 'dgc:giftAck':
      writer.byte(message.receiver === null ? 0 : 1)
      if (message.receiver !== null) writeAddress(writer, message.receiver)
      writer.integer(message.clock)
      writer.integer(message.gifts.length)
      writeDeltas(writer, message.gifts)
      break
    case 'dgc:dropRef':
      writer.integer(message.received)
      writeAscending(writer, message.ids)
      break
    case 'dgc:broken':
      writer.byte(message.isRefusal ? 1 : 0)
      writer.integer(message.at)
      writeAscending(writer, message.ids)
      break
    case 'dgc:report':
      writer.byte(message.more ? 1 : 0)
      writer.integer(message.part)
      writer.raw(message.report)
      break
    case 'dgc:collect':
      writer.integer(message.incarnation)
      writeAscending(writer, message.ids)
      writeRuns(writer, message.versions)
      break
    case 'dgc:clearWeak':
      writeClearWeak(writer, message)
      break
    case 'dgc:release':
      writer.integer(message.gifts.length)
      writeDeltas(writer, message.gifts)
      break
    case 'dgc:ping':
      writer.integer(message.received)
      writer.integer(message.count)
      writer.u32(message.digest)
      break
    case 'dgc:reconcile':
      writer.byte(message.last ? 1 : 0)
      writer.integer(message.received)
      writeAscending(writer, message.ids)
      break
    case 'dgc:reconcileOk':
      writer.integer(message.at)
      break
    case 'dgc:askReport':
      writer.byte(message.full ? 1 : 0)
      break
    case 'dgc:giftKey':
      writer.raw(message.key)
      break
    case 'dgc:bringOutYourDead':
    case 'dgc:pong':
      break
  }
  return writer.finish()
}

function encodeApplication(message: CallMessage | ReturnMessage): Uint8Array {
  const writer = new ByteWriter()
  writeHead(writer, message)
  return writer.finishWith(message.payload)
}

function writeHead(writer: ByteWriter, message: CallMessage | ReturnMessage): void {
  writer.byte(MESSAGE_CODES[message.type])
  writer.integer(message.call)
  if (message.type === 'call') writer.integer(message.target ?? 0)
  writeReferences(writer, message.references)
}

/** As `encodeMessage`; short ones of the application in a buffer that the next is written to as well. */
function encodeForNow(message: Message): Uint8Array {
  const isPlain =
    (message.type === 'call' || message.type === 'return') &&
    message.references.length === 0 &&
    message.payload.length <= MAX_PLAIN_PAYLOAD
  if (!isPlain) return encodeMessage(message)
  plain.clear()
  writeHead(plain, message)
  plain.raw(message.payload)
  return plain.view()
}

/** Decodes a message. O(its size); payloads and reports are views of `bytes`. @throws ProtocolError */
export function decodeMessage(bytes: Uint8Array): Message {
  const reader = new ByteReader(bytes)
  const message = readBody(reader.byte(), reader)
  reader.end()
  return message
}

function readBody(code: number, reader: ByteReader): Message {
  switch (code) {
    case MESSAGE_CODES.call:
      return readCall(reader)
    case MESSAGE_CODES.return: {
      const call = reader.integer()
      const references = readReferences(reader)
      return { type: 'return', call, references, payload: reader.raw(reader.remaining) }
    }
    case MESSAGE_CODES['dgc:addRef']:
      return readAddRef(reader)
    case MESSAGE_CODES['dgc:giftAck']:
      return readGiftAck(reader)
    case MESSAGE_CODES['dgc:dropRef']: {
      const received = reader.integer()
      return { type: 'dgc:dropRef', received, ids: readIds(reader) }
    }
    case MESSAGE_CODES['dgc:broken']: {
      const isRefusal = readFlag(reader)
      const at = reader.integer()
      return { type: 'dgc:broken', at, isRefusal, ids: readIds(reader) }
    }
    case MESSAGE_CODES['dgc:askReport']:
      return { type: 'dgc:askReport', full: readFlag(reader) }
    case MESSAGE_CODES['dgc:bringOutYourDead']:
      return { type: 'dgc:bringOutYourDead' }
    case MESSAGE_CODES['dgc:report']:
      return {
        type: 'dgc:report',
        more: readFlag(reader),
        part: reader.integer(),
        report: reader.raw(reader.remaining),
      }
    case MESSAGE_CODES['dgc:collect']: {
      const owner = incarnation(reader.integer())
      const ids = readIds(reader)
      return { type: 'dgc:collect', incarnation: owner, ids, versions: readRuns(reader, ids.length) }
    }
    case MESSAGE_CODES['dgc:clearWeak']: {
      const node = incarnation(reader.integer())
      const report = reader.integer()
      const names = readDeltas(reader, reader.count())
      return { type: 'dgc:clearWeak', incarnation: node, report, names, groups: readRuns(reader, names.length) }
    }
    case MESSAGE_CODES['dgc:release']:
      return { type: 'dgc:release', gifts: Array.from(readDeltas(reader, reader.count()), giftId) }
    case MESSAGE_CODES['dgc:ping']:
      return { type: 'dgc:ping', received: reader.integer(), count: reader.integer(), digest: reader.u32() }
    case MESSAGE_CODES['dgc:giftKey']:
      return { type: 'dgc:giftKey', key: reader.raw(GIFT_KEY_BYTES).slice() }
    case MESSAGE_CODES['dgc:pong']:
      return { type: 'dgc:pong' }
    case MESSAGE_CODES['dgc:reconcile']: {
      const last = readFlag(reader)
      const received = reader.integer()
      return { type: 'dgc:reconcile', last, received, ids: readIds(reader) }
    }
    case MESSAGE_CODES['dgc:reconcileOk']:
      return { type: 'dgc:reconcileOk', at: reader.integer() }
    default:
      throw new ProtocolError('unknown-message', 'a message of a kind that this version does not know', { code })
  }
}

function writeClearWeak(writer: ByteWriter, message: ClearWeakMessage): void {
  writer.integer(message.incarnation)
  writer.integer(message.report)
  writer.integer(message.names.length)
  writeDeltas(writer, message.names)
  writeRuns(writer, message.groups)
}

function readFlag(reader: ByteReader): boolean {
  const flag = reader.byte()
  if (flag > 1) throw malformed('a flag is 0 or 1', { flag })
  return flag === 1
}

function readCall(reader: ByteReader): CallMessage {
  const call = reader.integer()
  const target = reader.integer()
  const references = readReferences(reader)
  return {
    type: 'call',
    call,
    target: target === 0 ? null : exportId(target),
    references,
    payload: reader.raw(reader.remaining),
  }
}

/** Ascending export ids; the first is at least 1, so all are valid. */
function readIds(reader: ByteReader): Float64Array {
  const ids = readAscending(reader)
  if (ids.length > 0) exportId(ids[0])
  return ids
}

function writeAddRef(writer: ByteWriter, message: AddRefMessage): void {
  const gifters = distinctAddresses(message.entries.map((entry) => entry.gifter))
  writer.integer(message.incarnation)
  writer.integer(gifters.list.length)
  for (const gifter of gifters.list) writeAddress(writer, gifter)
  writer.integer(message.entries.length)
  writeDeltas(
    writer,
    message.entries.map((entry) => entry.id),
  )
  writeDeltas(
    writer,
    message.entries.map((entry) => entry.gift),
  )
  writeRuns(writer, gifters.places)
  for (const entry of message.entries) writeGiftProof(writer, entry)
}

function readAddRef(reader: ByteReader): AddRefMessage {
  const owner = incarnation(reader.integer())
  const gifters: NodeAddress[] = []
  for (let left = reader.count(2); left > 0; left--) gifters.push(readAddress(reader))
  const count = reader.count(3)
  const ids = readDeltas(reader, count)
  const gifts = readDeltas(reader, count)
  const places = readRuns(reader, count)
  const entries = Array.from(ids, (id, index) => {
    const gifter = gifters[places[index]]
    if (gifter === undefined) throw new ProtocolError('malformed', 'an addRef of a gifter that is not in the message')
    return { id: exportId(id), gifter, gift: giftId(gifts[index]), ...readGiftProof(reader) }
  })
  return { type: 'dgc:addRef', incarnation: owner, entries }
}

function readGiftAck(reader: ByteReader): GiftAckMessage {
  const receiver = readFlag(reader) ? readAddress(reader) : null
  const clock = reader.integer()
  const gifts = readDeltas(reader, reader.count())
  return { type: 'dgc:giftAck', receiver, clock, gifts: Array.from(gifts, giftId) }
}

/** What goes over the wire. */
export const WIRE_CODEC: MessageCodec = { encode: encodeForNow, decode: decodeMessage }
