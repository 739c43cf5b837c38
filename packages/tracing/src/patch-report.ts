/**
 * Makes a node's next report from its last one and what has changed. Whatever a delta says, the result is a report whose indexes are
 * within its own columns, or nothing is made.
 */
import { addressKey, type Column, malformed } from '@holdfast/core'
import { type NamedReport, NO_PLACE, placesByName, sourceCount, vertexCount } from './named-report.js'
import type { Report, ReportedExports, ReportedPeer } from './report.js'
import type { PeerDelta, ReportDelta } from './report-delta.js'
import { patchStamps } from './same-suspects.js'

/** O(vertices and references of both, and the names given so far). @throws ProtocolError `malformed` */
export function patchReport(base: NamedReport, delta: ReportDelta): NamedReport {
  return patchStamps(base, delta) ?? new Patcher(base, delta).patch()
}

class Patcher {
  readonly #base: NamedReport
  readonly #old: Report
  readonly #delta: ReportDelta
  /** By old name: the place in the old report, NO_PLACE for what is gone. */
  readonly #oldPlaces: Int32Array
  readonly #names: number[] = []
  /** By name: the place in the new report, NO_PLACE for what is not there. */
  readonly #places: Int32Array
  #nextName: number

  constructor(base: NamedReport, delta: ReportDelta) {
    this.#base = base
    this.#old = base.report
    this.#delta = delta
    this.#oldPlaces = placesByName(base)
    for (let index = 0; index < delta.gone.length; index++) {
      const name = delta.gone[index]
      if (!(this.#oldPlaces[name] >= 0)) throw malformed('a vertex goes that is not there', { name })
      this.#oldPlaces[name] = NO_PLACE
    }
    this.#nextName = base.nextName
    const added = delta.newExports.ids.length + delta.newInner
    const imports = delta.peers.reduce((sum, peer) => sum + peer.newImports.ids.length, 0)
    this.#places = new Int32Array(base.nextName + added + imports).fill(NO_PLACE)
  }

  patch(): NamedReport {
    const { node, incarnation, number, clock } = this.#delta
    const exports = this.#exports()
    const inner = this.#inner(exports.ids.length)
    const peers = this.#peers(exports.ids.length)
    const head = { node, incarnation, number, clock, exports, peers }
    const references = this.#references({ ...head, references: { ...EMPTY, inner } })
    const report = { ...head, references, weak: this.#weak() }
    return { report, names: Uint32Array.from(this.#names), nextName: this.#nextName }
  }

  /** Gives the next place to a vertex. */
  #place(name: number): void {
    this.#places[name] = this.#names.length
    this.#names.push(name)
  }

  /** The new place of a name. @throws ProtocolError where it names no vertex, or one from `end` on or before `start` */
  #placeOf(name: number, start: number, end: number): number {
    const place = name < this.#places.length ? this.#places[name] : NO_PLACE
    if (place < start || place >= end) throw malformed('a name of no such vertex', { name })
    return place
  }

  #exports(): ReportedExports {
    const { newExports, moved, quarantined } = this.#delta
    const old = this.#old.exports
    const ids: number[] = []
    const versions: number[] = []
    const merged = mergeAscending({
      old: old.ids,
      stays: (place) => this.#staysAt(place),
      added: newExports.ids,
      ids,
    })
    for (const [isNew, place] of merged) {
      versions.push(isNew ? newExports.versions[place] : old.versions[place])
      this.#place(isNew ? this.#nextName + place : this.#base.names[place])
    }
    this.#nextName += newExports.ids.length
    for (let index = 0; index < moved.names.length; index++) {
      versions[this.#placeOf(moved.names[index], 0, ids.length)] = moved.versions[index]
    }
    const places = Array.from(quarantined, (name) => this.#placeOf(name, 0, ids.length)).sort((a, b) => a - b)
    return { ids, versions, quarantined: places.filter((place, index) => index === 0 || place !== places[index - 1]) }
  }

  #staysAt(oldPlace: number): boolean {
    return this.#oldPlaces[this.#base.names[oldPlace]] !== NO_PLACE
  }

  /** @returns the names of the inner vertices: what they are called matters to nobody here */
  #inner(exports: number): Uint32Array {
    const first = this.#old.exports.ids.length
    const end = sourceCount(this.#old)
    for (let place = first; place < end; place++) {
      if (this.#staysAt(place)) this.#place(this.#base.names[place])
    }
    for (let left = this.#delta.newInner; left > 0; left--) this.#place(this.#nextName++)
    return Uint32Array.from(this.#names.slice(exports))
  }

  #peers(exports: number): ReportedPeer[] {
    const old = new Map<string, { readonly peer: ReportedPeer; readonly first: number }>()
    let first = sourceCount(this.#old)
    for (const peer of this.#old.peers) {
      old.set(addressKey(peer), { peer, first })
      first += peer.imports.ids.length
    }
    return this.#delta.peers.map((peer) => {
      const { node, incarnation, session, sent, received } = peer
      const key = addressKey(peer)
      const before = old.get(key)
      // A peer that is named twice finds its imports placed already.
      old.delete(key)
      const rows = this.#rows(peer, before?.peer, exports)
      return { node, incarnation, session, sent, received, rows, imports: this.#imports(peer, before) }
    })
  }

  #rows(delta: PeerDelta, old: ReportedPeer | undefined, exports: number): ReportedPeer['rows'] {
    const stamps = new Map<number, readonly [granted: number, added: number]>()
    for (let row = 0; row < (old?.rows.exports.length ?? 0); row++) {
      const name = this.#base.names[old?.rows.exports[row] ?? 0]
      if (this.#oldPlaces[name] === NO_PLACE) continue
      stamps.set(this.#places[name], [old?.rows.granted[row] ?? 0, old?.rows.added[row] ?? 0])
    }
    for (let index = 0; index < delta.goneRows.length; index++) {
      stamps.delete(this.#placeOf(delta.goneRows[index], 0, exports))
    }
    for (let row = 0; row < delta.rows.exports.length; row++) {
      const place = this.#placeOf(delta.rows.exports[row], 0, exports)
      stamps.set(place, [delta.rows.granted[row], delta.rows.added[row]])
    }
    const places = Float64Array.from(stamps.keys()).sort()
    const granted = new Float64Array(places.length)
    const added = new Float64Array(places.length)
    for (let row = 0; row < places.length; row++) [granted[row], added[row]] = stamps.get(places[row]) ?? [0, 0]
    return { exports: places, granted, added }
  }

  #imports(
    { newImports, touched }: PeerDelta,
    before: { readonly peer: ReportedPeer; readonly first: number } | undefined,
  ): ReportedPeer['imports'] {
    const old = before?.peer.imports ?? { ids: [], used: [], clocks: [] }
    const oldFirst = before?.first ?? 0
    const ids: number[] = []
    const used: number[] = []
    const clocks: number[] = []
    const first = this.#names.length
    const stays = (place: number): boolean => this.#staysAt(oldFirst + place)
    for (const [isNew, place] of mergeAscending({ old: old.ids, stays, added: newImports.ids, ids })) {
      const from = isNew ? newImports : old
      used.push(from.used[place])
      clocks.push(from.clocks[place])
      this.#place(isNew ? this.#nextName + place : this.#base.names[oldFirst + place])
    }
    this.#nextName += newImports.ids.length
    for (let index = 0; index < touched.names.length; index++) {
      const place = this.#placeOf(touched.names[index], first, this.#names.length) - first
      used[place] = touched.used[index]
      clocks[place] = touched.clocks[index]
    }
    return { ids, used, clocks }
  }

  #weak(): Column | undefined {
    const names = new Set<number>()
    for (const place of Array.from(this.#old.weak ?? [])) {
      const name = this.#base.names[place]
      if (this.#places[name] !== NO_PLACE) names.add(name)
    }
    for (const name of Array.from(this.#delta.weak ?? [])) if (!names.delete(name)) names.add(name)
    if (names.size === 0) return undefined
    return Array.from(names, (name) => this.#placeOf(name, 0, this.#names.length)).sort((a, b) => a - b)
  }

  /** @param report without its references, but for the inner vertices */
  #references(report: Report): Report['references'] {
    const { sources, offsets: newOffsets, targets: newTargets } = this.#delta.references
    const { inner } = report.references
    const old = this.#old.references
    const count = sourceCount(report)
    const vertices = vertexCount(report)
    const changedAt = new Int32Array(count).fill(NO_PLACE)
    for (let index = 0; index < sources.length; index++) changedAt[this.#placeOf(sources[index], 0, count)] = index
    const offsets = new Uint32Array(count + 1)
    const targets: number[] = []
    const row: number[] = []
    for (let place = 0; place < count; place++) {
      const changed = changedAt[place]
      row.length = 0
      if (changed !== NO_PLACE) {
        for (let at = newOffsets[changed]; at < newOffsets[changed + 1]; at++) {
          row.push(this.#placeOf(newTargets[at], 0, vertices))
        }
      } else if (this.#names[place] < this.#oldPlaces.length) {
        const before = this.#oldPlaces[this.#names[place]]
        for (let at = old.offsets[before]; at < old.offsets[before + 1]; at++) {
          row.push(this.#placeOf(this.#base.names[old.targets[at]], 0, vertices))
        }
      }
      row.sort((a, b) => a - b)
      for (let at = 0; at < row.length; at++) if (at === 0 || row[at] !== row[at - 1]) targets.push(row[at])
      offsets[place + 1] = targets.length
    }
    return { inner, offsets, targets: Uint32Array.from(targets) }
  }
}

const EMPTY = { offsets: new Uint32Array(1), targets: new Uint32Array(0) }

interface Merge {
  readonly old: Column
  readonly stays: (place: number) => boolean
  readonly added: Column
  /** Gets the merged ids. */
  readonly ids: number[]
}

/** What stays of one ascending column and what another adds, in order: whether each is added, and its place in its column. */
function* mergeAscending({
  old,
  stays,
  added,
  ids,
}: Merge): IterableIterator<readonly [isNew: boolean, place: number]> {
  let next = 0
  for (let place = 0; place <= old.length; place++) {
    const isEnd = place === old.length
    if (!isEnd && !stays(place)) continue
    for (; next < added.length && (isEnd || added[next] < old[place]); next++) {
      ids.push(added[next])
      yield [true, next]
    }
    if (isEnd) return
    if (added[next] === old[place]) throw malformed('a vertex is added that is there', { id: old[place] })
    ids.push(old[place])
    yield [false, place]
  }
}
