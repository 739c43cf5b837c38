/** Reports as bytes, a few a reference: ids by their gaps, stamps by runs. */
import {
  ByteReader,
  ByteWriter,
  type Column,
  malformed,
  readAddress,
  readAscending,
  readRuns,
  writeAddress,
  writeAscending,
  writeRuns,
} from '@holdfast/core'
import type { SuspectReferences } from './local-tracer.js'
import { importCount, type Report, type ReportedExports, type ReportedPeer } from './report.js'

const FORMAT = 1
const MIN_PEER_BYTES = 8

/** Encodes a report. O(its size). */
export function encodeReport(report: Report): Uint8Array {
  const writer = new ByteWriter(1024)
  writer.byte(FORMAT)
  writeAddress(writer, report)
  writer.integer(report.number)
  writer.integer(report.clock)
  writeAscending(writer, report.exports.ids)
  writeRuns(writer, report.exports.versions)
  writeAscending(writer, report.exports.quarantined)
  writer.integer(report.peers.length)
  for (const peer of report.peers) writePeer(writer, peer)
  writeReferenceGraph(writer, report.references)
  if (report.weak !== undefined) writeAscending(writer, report.weak)
  return writer.finish()
}

function writePeer(writer: ByteWriter, peer: ReportedPeer): void {
  writeAddress(writer, peer)
  writer.integer(peer.session)
  writer.integer(peer.sent)
  writer.integer(peer.received)
  writeAscending(writer, peer.rows.exports)
  writeRuns(writer, peer.rows.granted)
  writeRuns(writer, peer.rows.added)
  writeAscending(writer, peer.imports.ids)
  writeRuns(writer, peer.imports.used)
  writeRuns(writer, peer.imports.clocks)
}

function writeReferenceGraph(writer: ByteWriter, { inner, offsets, targets }: SuspectReferences): void {
  writer.integer(inner.length)
  writer.integer(targets.length)
  for (let vertex = 0; vertex + 1 < offsets.length; vertex++) {
    writer.integer(offsets[vertex + 1] - offsets[vertex])
    let previous = -1
    for (let at = offsets[vertex]; at < offsets[vertex + 1]; at++) {
      writer.integer(targets[at] - previous - 1)
      previous = targets[at]
    }
  }
}

/** Decodes and validates a report: whatever it says, its indexes are within its own columns. @throws ProtocolError */
export function decodeReport(bytes: Uint8Array): Report {
  const reader = new ByteReader(bytes)
  const format = reader.byte()
  if (format !== FORMAT) throw malformed('a report in a format that this version does not know', { format })
  const address = readAddress(reader)
  const number = reader.integer()
  const clock = reader.integer()
  const exports = readExports(reader)
  const peers: ReportedPeer[] = []
  for (let left = reader.count(MIN_PEER_BYTES); left > 0; left--) peers.push(readPeer(reader, exports.ids.length))
  const head = { ...address, number, clock, exports, peers }
  const imports = importCount({ ...head, references: NOTHING })
  const references = readReferenceGraph(reader, exports.ids.length, imports)
  // Most reports end here.
  const sources = references.offsets.length - 1
  const weak = reader.remaining === 0 ? undefined : readPlaces(reader, sources + imports)
  reader.end()
  return { ...head, references, weak }
}

const NOTHING: SuspectReferences = { inner: [], offsets: new Uint32Array(1), targets: new Uint32Array(0) }

function readExports(reader: ByteReader): ReportedExports {
  const ids = readAscending(reader)
  const versions = readRuns(reader, ids.length)
  return { ids, versions, quarantined: readPlaces(reader, ids.length) }
}

function readPeer(reader: ByteReader, exportCount: number): ReportedPeer {
  const address = readAddress(reader)
  const session = reader.integer()
  const sent = reader.integer()
  const received = reader.integer()
  const exports = readPlaces(reader, exportCount)
  const rows = { exports, granted: readRuns(reader, exports.length), added: readRuns(reader, exports.length) }
  const ids = readAscending(reader)
  const imports = { ids, used: readRuns(reader, ids.length), clocks: readRuns(reader, ids.length) }
  return { ...address, session, sent, received, rows, imports }
}

/** Ascending places below a bound. */
function readPlaces(reader: ByteReader, bound: number): Column {
  const places = readAscending(reader)
  if (places.length > 0 && places[places.length - 1] >= bound) throw malformed('a place beyond its column', { bound })
  return places
}

function readReferenceGraph(reader: ByteReader, exports: number, imports: number): SuspectReferences {
  const innerCount = reader.count()
  const vertices = exports + innerCount
  const total = reader.count()
  const offsets = new Uint32Array(vertices + 1)
  const targets = new Uint32Array(total)
  let at = 0
  for (let vertex = 0; vertex < vertices; vertex++) {
    const end = at + reader.integer()
    if (end > total) throw malformed('more references than were counted', { total })
    let target = -1
    while (at < end) {
      target += reader.integer() + 1
      if (target >= vertices + imports) throw malformed('a reference to no vertex', { vertex, target })
      targets[at++] = target
    }
    offsets[vertex + 1] = end
  }
  if (at !== total) throw malformed('fewer references than were counted', { total })
  return { inner: Uint32Array.from({ length: innerCount }, (_, place) => place), offsets, targets }
}
