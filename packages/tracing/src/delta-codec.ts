/** Deltas as bytes. */
import {
  ByteReader,
  ByteWriter,
  type Column,
  malformed,
  readAddress,
  readAscending,
  readDeltas,
  readRuns,
  writeAddress,
  writeAscending,
  writeDeltas,
  writeRuns,
} from '@holdfast/core'
import type { PeerDelta, ReferenceDelta, ReportDelta } from './report-delta.js'

/** Told apart from a whole report by the first byte. */
const FORMAT = 2
const MIN_PEER_BYTES = 8

/** Encodes a delta. O(its size). */
export function encodeDelta(delta: ReportDelta): Uint8Array {
  const writer = new ByteWriter(256)
  writer.byte(FORMAT)
  writeAddress(writer, delta)
  writer.integer(delta.number)
  writer.integer(delta.base)
  writer.integer(delta.clock)
  writeNames(writer, delta.gone)
  writeAscending(writer, delta.newExports.ids)
  writeRuns(writer, delta.newExports.versions)
  writer.integer(delta.newInner)
  writeNames(writer, delta.moved.names)
  writeRuns(writer, delta.moved.versions)
  writeNames(writer, delta.quarantined)
  writer.integer(delta.peers.length)
  for (const peer of delta.peers) writePeer(writer, peer)
  const { sources, offsets, targets } = delta.references
  writeNames(writer, sources)
  for (let place = 0; place < sources.length; place++) writer.integer(offsets[place + 1] - offsets[place])
  writeNames(writer, targets)
  if (delta.weak !== undefined) writeNames(writer, delta.weak)
  return writer.finish()
}

function writePeer(writer: ByteWriter, peer: PeerDelta): void {
  writeAddress(writer, peer)
  writer.integer(peer.session)
  writer.integer(peer.sent)
  writer.integer(peer.received)
  writeNames(writer, peer.rows.exports)
  writeRuns(writer, peer.rows.granted)
  writeRuns(writer, peer.rows.added)
  writeNames(writer, peer.goneRows)
  writeAscending(writer, peer.newImports.ids)
  writeRuns(writer, peer.newImports.used)
  writeRuns(writer, peer.newImports.clocks)
  writeNames(writer, peer.touched.names)
  writeRuns(writer, peer.touched.used)
  writeRuns(writer, peer.touched.clocks)
}

function writeNames(writer: ByteWriter, names: Column): void {
  writer.integer(names.length)
  writeDeltas(writer, names)
}

const readNames = (reader: ByteReader): Float64Array => readDeltas(reader, reader.count())

/** Whether an encoded report is a delta. */
export const isDelta = (bytes: Uint8Array): boolean => bytes[0] === FORMAT

/** Decodes a delta; `patchReport` validates its names. @throws ProtocolError */
export function decodeDelta(bytes: Uint8Array): ReportDelta {
  const reader = new ByteReader(bytes)
  const format = reader.byte()
  if (format !== FORMAT) throw malformed('a delta in a format that this version does not know', { format })
  const address = readAddress(reader)
  const number = reader.integer()
  const base = reader.integer()
  const clock = reader.integer()
  const gone = readNames(reader)
  const ids = readAscending(reader)
  const newExports = { ids, versions: readRuns(reader, ids.length) }
  const newInner = reader.count()
  const names = readNames(reader)
  const moved = { names, versions: readRuns(reader, names.length) }
  const quarantined = readNames(reader)
  const peers: PeerDelta[] = []
  for (let left = reader.count(MIN_PEER_BYTES); left > 0; left--) peers.push(readPeer(reader))
  const references = readReferences(reader)
  const weak = reader.remaining === 0 ? undefined : readNames(reader)
  reader.end()
  return { ...address, number, base, clock, gone, newExports, newInner, moved, quarantined, peers, references, weak }
}

function readPeer(reader: ByteReader): PeerDelta {
  const address = readAddress(reader)
  const session = reader.integer()
  const sent = reader.integer()
  const received = reader.integer()
  const exports = readNames(reader)
  const rows = { exports, granted: readRuns(reader, exports.length), added: readRuns(reader, exports.length) }
  const goneRows = readNames(reader)
  const ids = readAscending(reader)
  const newImports = { ids, used: readRuns(reader, ids.length), clocks: readRuns(reader, ids.length) }
  const names = readNames(reader)
  const touched = { names, used: readRuns(reader, names.length), clocks: readRuns(reader, names.length) }
  return { ...address, session, sent, received, rows, goneRows, newImports, touched }
}

function readReferences(reader: ByteReader): ReferenceDelta {
  const sources = readNames(reader)
  const offsets = new Uint32Array(sources.length + 1)
  for (let place = 0; place < sources.length; place++) offsets[place + 1] = offsets[place] + reader.integer()
  const targets = readNames(reader)
  if (targets.length !== offsets[sources.length]) throw malformed('references that were not counted', { sources })
  return { sources, offsets, targets }
}
