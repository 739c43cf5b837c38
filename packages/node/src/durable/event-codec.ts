/** Events of the collector as bytes. What only the program can tell again, a trace of its heap, is told by the heap once more. */
import type { CollectorEvent, LocalReference, WeakHold } from '@holdfast/collector'
import { type ByteReader, type ByteWriter, type ImportId, malformed, type NodeId, type ObjectKey } from '@holdfast/core'
import { OP } from './entry-format.js'

type Application = Extract<CollectorEvent, { type: 'call' | 'return' }>
type Report = Extract<CollectorEvent, { type: 'report' }>
/** What a report says besides the trace and its ticket. */
export type WrittenEvent = Exclude<CollectorEvent, Report> | Pick<Report, 'type' | 'to' | 'weak'>

/** Longer than any name in UTF-8. */
const MAX_NAME_BYTES = 256
const MAX_TEXT_BYTES = 4096

export function writeEvent(writer: ByteWriter, event: CollectorEvent): void {
  switch (event.type) {
    case 'frame':
      writer.byte(OP.frame)
      writer.string(event.peer)
      writer.bytes(event.frame)
      break
    case 'call':
    case 'return':
      writeApplication(writer, event)
      break
    case 'flush':
      writer.byte(OP.flush)
      break
    case 'deadline':
      writer.byte(OP.deadline)
      break
    case 'link-opened':
      writer.byte(OP.linkOpened)
      writer.string(event.peer)
      writer.byte(event.reliable ? 1 : 0)
      break
    case 'link-closed':
      writer.byte(OP.linkClosed)
      writer.string(event.peer)
      break
    case 'open-session':
      writer.byte(OP.openSession)
      writer.string(event.peer)
      break
    default:
      writeRareEvent(writer, event)
  }
}

type Rare = Exclude<
  CollectorEvent,
  Application | { type: 'frame' | 'flush' | 'deadline' | 'link-opened' | 'link-closed' | 'open-session' }
>

function writeRareEvent(writer: ByteWriter, event: Rare): void {
  switch (event.type) {
    case 'drop':
      writer.byte(OP.drop)
      writeIntegers(writer, event.imports)
      writer.byte(event.generations === undefined ? 0 : 1)
      if (event.generations !== undefined) writeIntegers(writer, event.generations)
      break
    case 'report':
      writer.byte(OP.report)
      writer.string(event.to)
      writeWeak(writer, event.weak ?? [])
      break
    case 'begin-round':
      writer.byte(OP.beginRound)
      writer.integer(event.nodes.length)
      for (const node of event.nodes) writer.string(node)
      break
    case 'judge':
      writer.byte(OP.judge)
      break
    case 'revoke':
      writer.byte(OP.revoke)
      writer.integer(event.object)
      writer.string(event.holder ?? '')
      break
    case 'end-session':
      writer.byte(OP.endSession)
      writer.string(event.peer)
      writer.string(event.reason)
      writer.byte(event.isFinal ? 1 : 0)
      break
    case 'restarted':
      writer.byte(OP.restarted)
      break
    case 'checkpoint':
      writer.byte(OP.checkpoint)
      break
  }
}

/** @returns null for an operation that is no event */
export function readEvent(op: number, reader: ByteReader): WrittenEvent | null {
  const peer = (): NodeId => reader.string(MAX_NAME_BYTES) as NodeId
  switch (op) {
    case OP.frame:
      return { type: 'frame', peer: peer(), frame: reader.bytes() }
    case OP.call:
    case OP.heldCall:
    case OP.return:
    case OP.heldReturn:
      return readApplication(op, reader)
    case OP.flush:
      return { type: 'flush' }
    case OP.deadline:
      return { type: 'deadline' }
    case OP.linkOpened:
      return { type: 'link-opened', peer: peer(), reliable: reader.byte() === 1 }
    case OP.linkClosed:
      return { type: 'link-closed', peer: peer() }
    case OP.openSession:
      return { type: 'open-session', peer: peer() }
    case OP.beginRound:
      return { type: 'begin-round', nodes: Array.from({ length: reader.count() }, peer) }
    case OP.judge:
      return { type: 'judge' }
    case OP.report:
      return { type: 'report', to: peer(), weak: readWeak(reader) }
    case OP.endSession:
      return {
        type: 'end-session',
        peer: peer(),
        reason: reader.string(MAX_TEXT_BYTES),
        isFinal: reader.byte() === 1,
      }
    case OP.restarted:
      return { type: 'restarted' }
    case OP.checkpoint:
      return { type: 'checkpoint' }
    default:
      return readChange(op, reader)
  }
}

function readChange(op: number, reader: ByteReader): WrittenEvent | null {
  if (op === OP.drop) {
    const imports = readIntegers(reader) as ImportId[]
    return reader.byte() === 0
      ? { type: 'drop', imports }
      : { type: 'drop', imports, generations: readIntegers(reader) }
  }
  if (op !== OP.revoke) return null
  const object = reader.integer() as ObjectKey
  const holder = reader.string(MAX_NAME_BYTES)
  return holder === '' ? { type: 'revoke', object } : { type: 'revoke', object, holder: holder as NodeId }
}

function writeApplication(writer: ByteWriter, event: Application): void {
  const isHeld = event.isHeld ?? false
  if (event.type === 'return') {
    writer.byte(isHeld ? OP.heldReturn : OP.return)
    writer.string(event.to)
  } else {
    writer.byte(isHeld ? OP.heldCall : OP.call)
    if ('node' in event.to) writer.string(event.to.node)
    else {
      writer.string('')
      writer.integer(event.to.import)
    }
  }
  writer.integer(event.call)
  writer.integer(event.references.length)
  for (const reference of event.references) writeReference(writer, reference)
  writer.bytes(event.payload)
}

function readApplication(op: number, reader: ByteReader): Application {
  const node = reader.string(MAX_NAME_BYTES) as NodeId
  const isCall = op === OP.call || op === OP.heldCall
  const target = isCall && node === '' ? (reader.integer() as ImportId) : null
  const body = {
    call: reader.integer(),
    references: Array.from({ length: reader.count(2) }, () => readReference(reader)),
    payload: reader.bytes(),
    isHeld: op === OP.heldCall || op === OP.heldReturn,
  }
  if (!isCall) return { type: 'return', to: node, ...body }
  return { type: 'call', to: target === null ? { node } : { import: target }, ...body }
}

function writeReference(writer: ByteWriter, reference: LocalReference): void {
  writer.byte('object' in reference ? 0 : 1)
  writer.integer('object' in reference ? reference.object : reference.import)
}

function readReference(reader: ByteReader): LocalReference {
  const kind = reader.byte()
  if (kind > 1) throw malformed('an unknown kind of reference', { kind })
  const id = reader.integer()
  return kind === 0 ? { object: id as ObjectKey } : { import: id as ImportId }
}

function writeWeak(writer: ByteWriter, holds: readonly WeakHold[]): void {
  writer.integer(holds.length)
  for (const hold of holds) {
    writeReference(writer, hold)
    writer.integer(hold.stamp)
  }
}

function readWeak(reader: ByteReader): WeakHold[] {
  return Array.from({ length: reader.count(3) }, () => ({ ...readReference(reader), stamp: reader.integer() }))
}

export function writeIntegers(writer: ByteWriter, values: readonly number[]): void {
  writer.integer(values.length)
  for (const value of values) writer.integer(value)
}

export function readIntegers(reader: ByteReader): number[] {
  return Array.from({ length: reader.count() }, () => reader.integer())
}
