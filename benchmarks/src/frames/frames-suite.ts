/** What the session adds to the bytes of a message, in time and in bytes, and what a report weighs. */
import { assert } from '@holdfast/core'
import { decodeReport, encodeReport, importCount } from '@holdfast/tracing'
import { compare } from '../measure/compare.js'
import { formatSpread } from '../measure/statistics.js'
import type { Cell, Suite, Table } from '../suite.js'
import { ChannelPair } from './channel-pair.js'
import { columnsOf, sampleReport } from './sample-report.js'

interface Shape {
  readonly what: string
  readonly messageBytes: number
  /** Messages in a turn. */
  readonly perTurn: number
  /** Turns in a measured run: enough for the clock. */
  readonly turns: number
}

const SHAPES: readonly Shape[] = [
  { what: 'small, one a turn', messageBytes: 32, perTurn: 1, turns: 1000 },
  { what: 'small, 100 a turn', messageBytes: 32, perTurn: 100, turns: 20 },
  { what: '1 MiB', messageBytes: 1 << 20, perTurn: 1, turns: 2 },
]
const REPORTED_EXPORTS = 50_000

interface Effort {
  readonly rounds: number
  readonly timeMs: number
}

export const framesSuite: Suite = {
  async run({ quick, progress }) {
    const effort = quick ? { rounds: 5, timeMs: 50 } : { rounds: 9, timeMs: 300 }
    const rows = SHAPES.map((shape) => {
      progress(`messages: ${shape.what}`)
      return measureMessages(shape, effort)
    })
    progress('a report')
    return [messageTable(rows), measureReport(REPORTED_EXPORTS, effort)]
  },
}

function measureMessages({ what, messageBytes, perTurn, turns }: Shape, effort: Effort): Cell[] {
  const messages = Array.from({ length: perTurn }, (_, index) => new Uint8Array(messageBytes).fill(index))
  const pair = new ChannelPair()
  const send = (): void => {
    for (let turn = 0; turn < turns; turn++) pair.turn(messages)
  }
  const sent = perTurn * turns
  const { there, back, delivered } = pair.count(send)
  assert(delivered === sent, 'every message arrives once', { delivered, sent })
  let copied = 0
  const copy = (): void => {
    for (let turn = 0; turn < turns; turn++) for (const message of messages) copied += message.slice().length
  }
  const [limit, channel] = compare(
    [
      { name: 'copy', run: copy },
      { name: 'channel', run: send },
    ],
    effort,
  )
  assert(copied > 0, 'the copies are made')
  const nsEach = (ms: number): number => (ms * 1e6) / sent
  return [
    what,
    messageBytes,
    nsEach(limit.ms.median),
    nsEach(channel.ms.median),
    formatSpread(channel.ratio),
    there / sent - messageBytes,
    back / sent,
  ]
}

function messageTable(rows: readonly (readonly Cell[])[]): Table {
  return {
    title: 'Frames: append, flush, receive and acknowledge',
    columns: [
      { name: 'messages' },
      { name: 'bytes' },
      { name: 'copy ns' },
      { name: 'channel ns' },
      { name: 'channel × copy' },
      { name: 'overhead B', digits: 2 },
      { name: 'acks B', digits: 2 },
    ],
    rows,
    notes: [
      'Per message. Copying its bytes once is the limit. Overhead is what frames carry there besides the message, acks what comes back.',
    ],
  }
}

function measureReport(exports: number, effort: Effort): Table {
  const report = sampleReport(exports)
  const bytes = encodeReport(report)
  assert(
    encodeReport(decodeReport(bytes)).every((byte, at) => byte === bytes[at]),
    'a report survives the wire',
  )
  const columns = columnsOf(report)
  const compared = compare(
    [
      { name: 'copy', run: () => void columns.map((column) => column.slice()) },
      { name: 'encode', run: () => void encodeReport(report) },
      { name: 'decode', run: () => void decodeReport(bytes) },
    ],
    effort,
  )
  const rows = report.peers.reduce((sum, peer) => sum + peer.rows.exports.length, 0)
  const references = exports + importCount(report) + rows + report.references.targets.length
  return {
    title: `Frames: a report of ${exports} exports`,
    columns: [
      { name: 'work' },
      { name: 'ms', digits: 2 },
      { name: '× copy' },
      { name: 'bytes' },
      { name: 'B/export', digits: 2 },
      { name: 'B/reference', digits: 2 },
    ],
    rows: compared.map(({ name, ms, ratio }, index) => {
      const size = index === 0 ? columns.reduce((sum, column) => sum + column.byteLength, 0) : bytes.length
      return [name, ms.median, formatSpread(ratio), size, size / exports, size / references]
    }),
    notes: [
      `${importCount(report)} imports from 3 peers, ${rows} rows, ${report.references.targets.length} references between suspects; ` +
        'a reference is any of these and the exports.',
      'Copying the columns in memory, uncoded, is the limit.',
    ],
  }
}
