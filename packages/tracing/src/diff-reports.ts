/** Finds what has changed between two reports of one node. */
import { addressKey, type Column } from '@holdfast/core'
import { joinAscending } from './join-ascending.js'
import { type NamedReport, NO_PLACE, placesByName, sourceCount, vertexCount } from './named-report.js'
import type { Report, ReportedPeer } from './report.js'
import type { PeerDelta, ReferenceDelta, ReportDelta } from './report-delta.js'
import { diffStamps } from './same-suspects.js'

/** A delta, and the report that it leads to, under the names that both sides give its vertices. */
export interface Diff {
  readonly delta: ReportDelta
  readonly named: NamedReport
}

/** @param base what the coordinator has. O(vertices and references of both, and the names given so far) */
export function diffReports(base: NamedReport, next: Report): Diff {
  return diffStamps(base, next) ?? new Differ(base, next).diff()
}

const UNNAMED = 0xffffffff

class Differ {
  readonly #base: NamedReport
  readonly #old: Report
  readonly #next: Report
  /** By place in the next report. */
  readonly #names: Uint32Array
  #nextName: number
  /** By name: 1 for those that are still there. */
  readonly #stays: Uint8Array

  constructor(base: NamedReport, next: Report) {
    this.#base = base
    this.#old = base.report
    this.#next = next
    this.#names = new Uint32Array(vertexCount(next)).fill(UNNAMED)
    this.#nextName = base.nextName
    this.#stays = new Uint8Array(base.nextName)
  }

  diff(): Diff {
    const { node, incarnation, number, clock, exports } = this.#next
    const old = this.#old.exports
    const newExports: { ids: number[]; versions: number[] } = { ids: [], versions: [] }
    const moved: { names: number[]; versions: number[] } = { names: [], versions: [] }
    joinAscending(exports.ids, old.ids, (place, before) => {
      if (before === NO_PLACE) {
        newExports.ids.push(exports.ids[place])
        newExports.versions.push(exports.versions[place])
        this.#nameNew(place)
        return
      }
      this.#nameAgain(place, before)
      if (exports.versions[place] === old.versions[before]) return
      moved.names.push(this.#names[place])
      moved.versions.push(exports.versions[place])
    })
    const newInner = this.#nameInner()
    const peers = this.#peers()
    const delta: ReportDelta = {
      node,
      incarnation,
      number,
      base: this.#old.number,
      clock,
      gone: this.#base.names.filter((name) => this.#stays[name] === 0),
      newExports,
      newInner,
      moved,
      quarantined: Array.from(exports.quarantined, (place) => this.#names[place]),
      peers,
      references: this.#references(),
      weak: this.#weak(),
    }
    return { delta, named: { report: this.#next, names: this.#names, nextName: this.#nextName } }
  }

  #nameNew(place: number): void {
    this.#names[place] = this.#nextName++
  }

  #nameAgain(place: number, before: number): void {
    const name = this.#base.names[before]
    this.#names[place] = name
    this.#stays[name] = 1
  }

  #nameInner(): number {
    const old = this.#old.references.inner
    const { inner } = this.#next.references
    const oldPlaces = new Map<number, number>()
    for (let place = 0; place < old.length; place++) oldPlaces.set(old[place], this.#old.exports.ids.length + place)
    const first = this.#next.exports.ids.length
    const before = this.#nextName
    for (let place = 0; place < inner.length; place++) {
      const known = oldPlaces.get(inner[place])
      if (known === undefined) this.#nameNew(first + place)
      else this.#nameAgain(first + place, known)
    }
    return this.#nextName - before
  }

  #peers(): PeerDelta[] {
    const oldImports = new Map<string, { readonly peer: ReportedPeer; readonly first: number }>()
    let oldFirst = sourceCount(this.#old)
    for (const peer of this.#old.peers) {
      oldImports.set(addressKey(peer), { peer, first: oldFirst })
      oldFirst += peer.imports.ids.length
    }
    // All imports are named before any rows are compared: `stays` is complete then.
    let first = sourceCount(this.#next)
    const imports = this.#next.peers.map((peer) => {
      const old = oldImports.get(addressKey(peer))
      const delta = this.#imports(peer, first, old)
      first += peer.imports.ids.length
      return delta
    })
    const rowOf = new Int32Array(this.#base.nextName).fill(NO_PLACE)
    return this.#next.peers.map((peer, index) => {
      const { node, incarnation, session, sent, received } = peer
      const old = oldImports.get(addressKey(peer))?.peer
      return { node, incarnation, session, sent, received, ...imports[index], ...this.#rows(peer, old, rowOf) }
    })
  }

  #imports(
    { imports }: ReportedPeer,
    first: number,
    old: { readonly peer: ReportedPeer; readonly first: number } | undefined,
  ): Pick<PeerDelta, 'newImports' | 'touched'> {
    const newImports: { ids: number[]; used: number[]; clocks: number[] } = { ids: [], used: [], clocks: [] }
    const touched: { names: number[]; used: number[]; clocks: number[] } = { names: [], used: [], clocks: [] }
    const before = old?.peer.imports
    joinAscending(imports.ids, before?.ids ?? [], (place, known) => {
      const used = imports.used[place]
      const clock = imports.clocks[place]
      if (known === NO_PLACE || old === undefined || before === undefined) {
        this.#nameNew(first + place)
        newImports.ids.push(imports.ids[place])
        newImports.used.push(used)
        newImports.clocks.push(clock)
        return
      }
      this.#nameAgain(first + place, old.first + known)
      if (used === before.used[known] && clock === before.clocks[known]) return
      touched.names.push(this.#names[first + place])
      touched.used.push(used)
      touched.clocks.push(clock)
    })
    return { newImports, touched }
  }

  /** @param rowOf by name, all NO_PLACE; left so */
  #rows(
    { rows }: ReportedPeer,
    old: ReportedPeer | undefined,
    rowOf: Int32Array,
  ): Pick<PeerDelta, 'rows' | 'goneRows'> {
    const changed: { exports: number[]; granted: number[]; added: number[] } = { exports: [], granted: [], added: [] }
    const before = old?.rows ?? { exports: [], granted: [], added: [] }
    for (let row = 0; row < before.exports.length; row++) rowOf[this.#base.names[before.exports[row]]] = row
    for (let row = 0; row < rows.exports.length; row++) {
      const name = this.#names[rows.exports[row]]
      const known = name < rowOf.length ? rowOf[name] : NO_PLACE
      if (known !== NO_PLACE) rowOf[name] = NO_PLACE
      const isSame = before.granted[known] === rows.granted[row] && before.added[known] === rows.added[row]
      if (known !== NO_PLACE && isSame) continue
      changed.exports.push(name)
      changed.granted.push(rows.granted[row])
      changed.added.push(rows.added[row])
    }
    const goneRows: number[] = []
    for (let row = 0; row < before.exports.length; row++) {
      const name = this.#base.names[before.exports[row]]
      if (rowOf[name] !== NO_PLACE && this.#stays[name] === 1) goneRows.push(name)
      rowOf[name] = NO_PLACE
    }
    return { rows: changed, goneRows }
  }

  /** Whatever is weakly held in one of the two reports and there in both, or new. */
  #weak(): Column | undefined {
    const changed = new Set<number>()
    for (const place of Array.from(this.#old.weak ?? [])) {
      const name = this.#base.names[place]
      if (this.#stays[name] === 1) changed.add(name)
    }
    for (const place of Array.from(this.#next.weak ?? [])) {
      const name = this.#names[place]
      if (!changed.delete(name)) changed.add(name)
    }
    return changed.size === 0 ? undefined : [...changed]
  }

  #references(): ReferenceDelta {
    const next = this.#next.references
    const old = this.#old.references
    const oldPlaces = placesByName(this.#base)
    const sources: number[] = []
    const offsets: number[] = [0]
    const targets: number[] = []
    // By name: the source for which it was last seen as a target in the old report.
    const seenFor = new Int32Array(this.#nextName).fill(NO_PLACE)
    const count = sourceCount(this.#next)
    for (let source = 0; source < count; source++) {
      const name = this.#names[source]
      const start = next.offsets[source]
      const end = next.offsets[source + 1]
      const before = name < oldPlaces.length ? oldPlaces[name] : NO_PLACE
      const oldStart = before === NO_PLACE ? 0 : old.offsets[before]
      const oldEnd = before === NO_PLACE ? 0 : old.offsets[before + 1]
      for (let at = oldStart; at < oldEnd; at++) seenFor[this.#base.names[old.targets[at]]] = source
      let isSame = before !== NO_PLACE && end - start === oldEnd - oldStart
      for (let at = start; at < end && isSame; at++) isSame = seenFor[this.#names[next.targets[at]]] === source
      if (isSame) continue
      sources.push(name)
      pushNames(targets, this.#names, next.targets.subarray(start, end))
      offsets.push(targets.length)
    }
    return { sources, offsets: Uint32Array.from(offsets), targets }
  }
}

function pushNames(into: number[], names: Uint32Array, places: Column): void {
  for (let at = 0; at < places.length; at++) into.push(names[places[at]])
}
