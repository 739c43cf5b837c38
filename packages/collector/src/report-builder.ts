/**
 * Makes a node's report: which exports and imports the roots do not reach, how they hang together, and the stamps that say what
 * the snapshot includes. All of it in one turn. Tight loops over columns: a report may list every object of a node.
 */
import type { ExportId, ImportId, NodeAddress, ObjectKey, Rules, Sequence } from '@holdfast/core'
import type { ExportTable, ImportColumns, ImportTable } from '@holdfast/refcount'
import type { LocalTrace, Report, ReportedExports, ReportedPeer } from '@holdfast/tracing'
import type { WeakHold } from './event.js'
import type { Remote } from './remotes.js'
import { traceWeakly } from './weak-suspects.js'

/** Leave to report on a trace; any step of the collector voids it. */
export interface ReportTicket {
  readonly turn: number
}

/** Which suspect exports to list; the others become roots of the trace. */
export type SuspectFilter = (id: ExportId) => boolean

export interface ReportSource {
  readonly address: NodeAddress
  readonly number: number
  readonly clock: number
  readonly exports: ExportTable
  readonly imports: ImportTable
  readonly remotes: readonly Remote[]
  readonly sentTo: (remote: Remote) => Sequence
  /** All suspects when left out. */
  readonly lists: SuspectFilter | undefined
  /** All that weak holders refer to. */
  readonly weak: readonly WeakHold[]
  readonly rules: Rules
}

export interface BuiltReport {
  readonly report: Report
  /** What is behind its `weak`. */
  readonly holds: readonly WeakHold[]
}

/** Builds a report. O(exports + imports + rows), and their logarithm where ids are out of order; besides the trace. */
export function buildReport(source: ReportSource, trace: LocalTrace): BuiltReport {
  const suspects = suspectExports(source, trace)
  const importsByOwner = source.imports.select((id) => !trace.reachesImport(id))
  const peers: ReportedPeer[] = []
  const importOrder: ImportId[] = []
  for (const remote of source.remotes) {
    const imports = importsByOwner.get(remote.index) ?? NO_IMPORTS
    const { places, granted, added } = source.exports.selectRows(remote.index, suspects.exports.ids)
    if (imports.imports.length === 0 && places.length === 0) continue
    for (const id of imports.imports) importOrder.push(id)
    peers.push({
      ...remote.address,
      session: remote.session,
      sent: source.sentTo(remote),
      received: remote.received,
      rows: { exports: places, granted, added },
      imports,
    })
  }
  const vertices = { exports: suspects.objects, imports: Float64Array.from(importOrder) }
  const { references, weak, holds } = traceWeakly(trace, vertices, source.weak)
  const { address, number, clock } = source
  const report: Report = { ...address, number, clock, exports: suspects.exports, peers, references }
  return { report: holds.length === 0 ? report : { ...report, weak }, holds }
}

const NOTHING = new Float64Array(0)
const NO_IMPORTS: ImportColumns = { imports: [], ids: NOTHING, used: NOTHING, clocks: NOTHING }

interface SuspectExports {
  readonly exports: ReportedExports
  readonly objects: Float64Array
}

/** The listed suspects, ascending. Suspects that are not listed become roots first, and may reach listed ones. */
function suspectExports(source: ReportSource, trace: LocalTrace): SuspectExports {
  const { lists } = source
  // Asked once an export: an answer that changed in between would leave out what is no root, and lose what it reaches.
  const unlisted = lists === undefined ? null : source.exports.select((_, id) => !lists(id))
  if (unlisted !== null && source.rules.on('unlisted-exports-are-roots')) {
    trace.root(Array.from(unlisted.objects) as ObjectKey[])
  }
  const leftOut = new Set<number>(unlisted?.ids)
  const { ids, objects, versions, quarantinedPlaces } = source.exports.select(
    (object, id) => !trace.reachesObject(object) && !leftOut.has(id),
  )
  return { exports: { ids, versions, quarantined: quarantinedPlaces }, objects }
}
