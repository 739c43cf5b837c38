/** The verdict as the specification states it: a set from which what fails a condition is struck, until nothing changes. */
import type { NodeAddress, Rules } from '@holdfast/core'
import type { Report, ReportedPeer } from '../../src/index.js'

interface Suspect {
  readonly report: Report
  readonly place: number
}

const keyOf = (address: NodeAddress, id: number): string => `${address.node}#${address.incarnation}/${id}`
const same = (a: NodeAddress, b: NodeAddress): boolean => a.node === b.node && a.incarnation === b.incarnation

/** The condemned exports, by name. */
export function naiveVerdict(reports: readonly Report[], rules: Rules): Set<string> {
  const suspects = new Map<string, Suspect>()
  for (const report of reports) {
    Array.from(report.exports.ids).forEach((id, place) => suspects.set(keyOf(report, id), { report, place }))
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const [key, suspect] of suspects) {
      if (isGarbage(suspect, { reports, rules, suspects })) continue
      suspects.delete(key)
      changed = true
    }
  }
  return new Set(suspects.keys())
}

interface Court {
  readonly reports: readonly Report[]
  readonly rules: Rules
  readonly suspects: ReadonlyMap<string, Suspect>
}

function isGarbage({ report, place }: Suspect, { reports, rules, suspects }: Court): boolean {
  const id = report.exports.ids[place]
  if (Array.from(report.exports.quarantined).includes(place) && rules.on('quarantined-means-live')) return false
  const allSuspect = (other: Report, vertex: number, except: number): boolean =>
    exportsReaching(other, vertex, rules).every(
      (source) => source === except || suspects.has(keyOf(other, other.exports.ids[source])),
    )
  if (rules.on('C0-local-exports') && !allSuspect(report, place, place)) return false
  // An import keeps what it names also where its owner has no row for it any more.
  for (const other of rules.on('C3-closure') ? reports : []) {
    const vertex = importVertex(other, report, id)
    if (vertex !== null && !allSuspect(other, vertex, -1)) return false
  }
  return report.peers.every((peer) => {
    const row = Array.from(peer.rows.exports).indexOf(place)
    return row < 0 || rowAllows({ report, peer, row, id }, reports, rules)
  })
}

interface Row {
  readonly report: Report
  readonly peer: ReportedPeer
  readonly row: number
  readonly id: number
}

function rowAllows({ report, peer, row, id }: Row, reports: readonly Report[], rules: Rules): boolean {
  const holder = reports.find((other) => same(other, peer))
  if (holder === undefined) return false
  const view = holder.peers.find((other) => same(other, report))
  if (view === undefined) return !rules.on('absent-means-live')
  if (peer.session === 0 || (view.session !== peer.session && rules.on('one-session-per-row'))) return false
  if (view.received < peer.rows.granted[row] && rules.on('C1-grants-received')) return false
  if (view.sent < peer.rows.added[row] && rules.on('C2-receiver-newer-than-addRef')) return false
  const held = Array.from(view.imports.ids).indexOf(id)
  if (held < 0) return !rules.on('absent-means-live')
  if (peer.received < view.imports.used[held] && rules.on('C4-uses-received')) return false
  return report.clock >= view.imports.clocks[held] || !rules.on('C5-acked-gifts-included')
}

/** The vertex of an import in its holder's report. */
function importVertex(holder: Report, owner: Report, id: number): number | null {
  let vertex = holder.references.offsets.length - 1
  for (const peer of holder.peers) {
    const at = Array.from(peer.imports.ids).indexOf(id)
    if (same(peer, owner)) return at < 0 ? null : vertex + at
    vertex += peer.imports.ids.length
  }
  return null
}

/** The exports of a report that reach one of its vertices, itself included if it is one. */
function exportsReaching(report: Report, target: number, rules: Rules): number[] {
  const { offsets, targets } = report.references
  const exports = report.exports.ids.length
  const reaches = (start: number): boolean => {
    const seen = new Set<number>([start])
    const stack = [start]
    for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
      if (vertex === target) return true
      for (let at = offsets[vertex] ?? 0; at < (offsets[vertex + 1] ?? 0); at++) {
        const next = targets[at]
        // Without C0 nothing is said of an export that something else refers to.
        const follows = next >= exports || rules.on('C0-local-exports')
        if (!follows || seen.has(next)) continue
        seen.add(next)
        stack.push(next)
      }
    }
    return false
  }
  return [...Array(exports).keys()].filter(reaches)
}
