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
  if (rules.on('weak-holders-are-black') && isHeldWeakly(report, place, reports, rules)) return false
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

/** Whether something that a node holds weakly leads to an export within that node. */
function isHeldWeakly(report: Report, place: number, reports: readonly Report[], rules: Rules): boolean {
  return reports.some((other) => {
    const vertex = other === report ? place : importVertex(other, report, report.exports.ids[place])
    return Array.from(other.weak ?? []).some((start) => vertex !== null && leads(other, start, vertex, rules))
  })
}

/** What would be garbage but for weak holders: `node:place`, each with its group, by which I call the least of it. */
export function naiveWeaklyHeld(reports: readonly Report[], rules: Rules): Map<string, string> {
  const noWeak = reports.map((report) => ({ ...report, weak: undefined }))
  const white = naiveVerdict(noWeak, rules)
  const links: [string, string][] = []
  const held: string[] = []
  const nameOf = (report: Report, vertex: number): string | null => {
    const imports = report.references.offsets.length - 1
    const isWhite =
      vertex < imports &&
      exportsReaching(report, vertex, rules).every((place) => white.has(keyOf(report, report.exports.ids[place])))
    if (isWhite) return `${report.node}:${vertex}`
    const [owner] = reports.flatMap((other) =>
      Array.from(other.exports.ids).flatMap((id, place) =>
        importVertex(report, other, id) === vertex && white.has(keyOf(other, id)) ? [`${other.node}:${place}`] : [],
      ),
    )
    return owner ?? null
  }
  for (const report of reports) {
    const { offsets, targets } = report.references
    for (let vertex = 0; vertex < offsets.length - 1; vertex++) {
      for (const target of targets.subarray(offsets[vertex], offsets[vertex + 1])) {
        const [from, to] = [nameOf(report, vertex), nameOf(report, target)]
        if (from !== null && to !== null) links.push([from, to])
      }
    }
    for (const place of Array.from(report.weak ?? [])) {
      const name = nameOf(report, place)
      if (name !== null) held.push(`${report.node}:${place}>${name}`)
    }
  }
  return new Map(
    held.map((each) => {
      const [key, name] = each.split('>') as [string, string]
      return [key, leastOf(name, links)]
    }),
  )
}

function leastOf(start: string, links: readonly (readonly [string, string])[]): string {
  const seen = new Set([start])
  for (let size = 0; size < seen.size; ) {
    size = seen.size
    for (const [a, b] of links) if (seen.has(a) || seen.has(b)) seen.add(a).add(b)
  }
  return [...seen].sort()[0]
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
  return [...Array(report.exports.ids.length).keys()].filter((start) => leads(report, start, target, rules))
}

/** Whether one vertex of a report is another or leads to it. */
function leads(report: Report, start: number, target: number, rules: Rules): boolean {
  const { offsets, targets } = report.references
  const exports = report.exports.ids.length
  const seen = new Set<number>([start])
  const stack = [start]
  for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
    if (vertex === target) return true
    for (let at = offsets[vertex] ?? 0; at < (offsets[vertex + 1] ?? 0); at++) {
      const next = targets[at]
      // Without C0 nothing is said of an export that something else refers to, without C3 of an import.
      const isImport = next >= offsets.length - 1
      const follows = isImport ? rules.on('C3-closure') : next >= exports || rules.on('C0-local-exports')
      if (!follows || seen.has(next)) continue
      seen.add(next)
      stack.push(next)
    }
  }
  return false
}
