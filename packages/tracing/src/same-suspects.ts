/**
 * Two reports in a row between which nothing has happened to the suspects but stamps: as a rule, where a large structure is idle. What they
 * share is then neither taken apart nor put together, and the columns of the first serve the second. Both sides fall back on the general way.
 */
import { type Column, malformed } from '@holdfast/core'
import type { Diff } from './diff-reports.js'
import { type NamedReport, NO_PLACE, placesByName, sourceCount } from './named-report.js'
import type { Report, ReportedExports, ReportedPeer } from './report.js'
import type { PeerDelta, ReportDelta } from './report-delta.js'

const NONE: readonly number[] = []
const NO_ROWS: PeerDelta['rows'] = { exports: NONE, granted: NONE, added: NONE }
const NO_IMPORTS: PeerDelta['newImports'] = { ids: NONE, used: NONE, clocks: NONE }
const NO_REFERENCES: ReportDelta['references'] = { sources: NONE, offsets: new Uint32Array(1), targets: NONE }

/** What has changed, if that is stamps of exports and imports alone; null otherwise. O(vertices and references), and little of that. */
export function diffStamps(base: NamedReport, next: Report): Diff | null {
  const { report: old, names, nextName } = base
  if (!hasSameSuspects(old, next)) return null
  const { node, incarnation, number, clock, exports } = next
  const moved: { names: number[]; versions: number[] } = { names: [], versions: [] }
  for (let place = 0; place < exports.versions.length; place++) {
    if (exports.versions[place] === old.exports.versions[place]) continue
    moved.names.push(names[place])
    moved.versions.push(exports.versions[place])
  }
  let first = sourceCount(next)
  const peers = next.peers.map((peer, index): PeerDelta => {
    const touched = touchedOf(peer.imports, old.peers[index].imports, names.subarray(first))
    first += peer.imports.ids.length
    const { node: name, incarnation: life, session, sent, received } = peer
    const lasting = { rows: NO_ROWS, goneRows: NONE, newImports: NO_IMPORTS }
    return { node: name, incarnation: life, session, sent, received, ...lasting, touched }
  })
  const delta: ReportDelta = {
    node,
    incarnation,
    number,
    base: old.number,
    clock,
    gone: NONE,
    newExports: { ids: NONE, versions: NONE },
    newInner: 0,
    moved,
    quarantined: Array.from(exports.quarantined, (place) => names[place]),
    peers,
    references: NO_REFERENCES,
    weak: undefined,
  }
  return { delta, named: { report: next, names, nextName } }
}

/** The next report, if the delta is one of stamps alone; null otherwise. O(vertices that have moved, and names). @throws ProtocolError `malformed` */
export function patchStamps({ report: old, names, nextName }: NamedReport, delta: ReportDelta): NamedReport | null {
  if (!isOfStamps(delta) || (old.weak?.length ?? 0) > 0 || !samePeers(old.peers, delta.peers)) return null
  const places = placesByName({ report: old, names, nextName })
  const placeOf = (name: number, start: number, end: number): number => {
    const place = name < places.length ? places[name] : NO_PLACE
    if (place < start || place >= end) throw malformed('a name of no such vertex', { name })
    return place
  }
  const { node, incarnation, number, clock } = delta
  let first = sourceCount(old)
  const peers = old.peers.map((peer, index): ReportedPeer => {
    const { touched, session, sent, received } = delta.peers[index]
    const end = first + peer.imports.ids.length
    const at = Array.from(touched.names, (name) => placeOf(name, first, end) - first)
    first = end
    const { ids, used, clocks } = peer.imports
    const imports = { ids, used: changed(used, at, touched.used), clocks: changed(clocks, at, touched.clocks) }
    return { ...peer, session, sent, received, imports }
  })
  const exports = movedExports(old.exports, delta, placeOf)
  const report: Report = { node, incarnation, number, clock, exports, peers, references: old.references }
  return { report, names, nextName }
}

function hasSameSuspects(old: Report, next: Report): boolean {
  const { exports, references, peers, weak } = next
  return (
    (weak?.length ?? 0) + (old.weak?.length ?? 0) === 0 &&
    samePeers(old.peers, peers) &&
    isSame(old.exports.ids, exports.ids) &&
    isSame(old.references.inner, references.inner) &&
    isSame(old.references.offsets, references.offsets) &&
    isSame(old.references.targets, references.targets) &&
    peers.every(
      ({ rows, imports }, index) =>
        sameRows(old.peers[index].rows, rows) && isSame(old.peers[index].imports.ids, imports.ids),
    )
  )
}

function isOfStamps({ gone, newExports, newInner, peers, references, weak }: ReportDelta): boolean {
  const added = newExports.ids.length + newInner + references.sources.length + (weak?.length ?? 0)
  if (gone.length + added > 0) return false
  return peers.every(
    ({ rows, goneRows, newImports }) => rows.exports.length + goneRows.length + newImports.ids.length === 0,
  )
}

type Addressed = Pick<ReportedPeer, 'node' | 'incarnation'>

const samePeers = (some: readonly Addressed[], others: readonly Addressed[]): boolean =>
  some.length === others.length &&
  some.every(({ node, incarnation }, at) => node === others[at].node && incarnation === others[at].incarnation)

const sameRows = (some: ReportedPeer['rows'], others: ReportedPeer['rows']): boolean =>
  isSame(some.exports, others.exports) && isSame(some.granted, others.granted) && isSame(some.added, others.added)

function isSame(some: Column, others: Column): boolean {
  if (some === others) return true
  if (some.length !== others.length) return false
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false
  return true
}

/** @param names of the imports, by place */
function touchedOf(
  { ids, used, clocks }: ReportedPeer['imports'],
  old: ReportedPeer['imports'],
  names: Uint32Array,
): PeerDelta['touched'] {
  const touched: { names: number[]; used: number[]; clocks: number[] } = { names: [], used: [], clocks: [] }
  for (let place = 0; place < ids.length; place++) {
    if (used[place] === old.used[place] && clocks[place] === old.clocks[place]) continue
    touched.names.push(names[place])
    touched.used.push(used[place])
    touched.clocks.push(clocks[place])
  }
  return touched
}

function movedExports(
  old: ReportedExports,
  { moved, quarantined }: ReportDelta,
  placeOf: (name: number, start: number, end: number) => number,
): ReportedExports {
  const end = old.ids.length
  const at = Array.from(moved.names, (name) => placeOf(name, 0, end))
  const places = new Set(Array.from(quarantined, (name) => placeOf(name, 0, end)))
  return {
    ids: old.ids,
    versions: changed(old.versions, at, moved.versions),
    quarantined: [...places].sort((one, other) => one - other),
  }
}

/** A column with other values at some places; itself where there are none. */
function changed(column: Column, places: readonly number[], values: Column): Column {
  if (places.length === 0) return column
  const copy = Float64Array.from(column)
  for (let index = 0; index < places.length; index++) copy[places[index]] = values[index]
  return copy
}
