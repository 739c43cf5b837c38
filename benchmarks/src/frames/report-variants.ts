/** A report beside copying its columns in memory, uncoded, which is the limit. */
import { assert } from '@holdfast/core'
import { decodeReport, encodeReport, importCount } from '@holdfast/tracing'
import { timeRuns } from '../measure/time-runs.js'
import type { Variant } from '../suite.js'
import { columnsOf, sampleReport } from './sample-report.js'

export function startReport(work: 'copy' | 'encode' | 'decode', exports: number, timeMs: number): Variant {
  const report = sampleReport(exports)
  const bytes = encodeReport(report)
  const columns = columnsOf(report)
  assert(
    encodeReport(decodeReport(bytes)).every((byte, at) => byte === bytes[at]),
    'a report survives the wire',
  )
  const runs = {
    copy: () => void columns.map((column) => column.slice()),
    encode: () => void encodeReport(report),
    decode: () => void decodeReport(bytes),
  }
  const rows = report.peers.reduce((sum, peer) => sum + peer.rows.exports.length, 0)
  /** Any of exports, imports, rows, and references between suspects. */
  const references = exports + importCount(report) + rows + report.references.targets.length
  const size = work === 'copy' ? columns.reduce((sum, column) => sum + column.byteLength, 0) : bytes.length
  return {
    round: () => ({
      report: timeRuns({ run: runs[work] }, timeMs),
      size: size / exports,
      'size of each reference': size / references,
    }),
  }
}
