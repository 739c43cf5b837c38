/**
 * Which suspects of a collage are garbage. Everything starts white; an export that fails one of the conditions is a
 * root of the collage, and what the roots reach is live (conditions C0 and C3 are the reach). So is what somebody holds weakly. What stays
 * white is garbage, for ever, however late the verdict arrives: `docs/protocol.md` has the argument.
 *
 * Source: Holdfast's own protocol; the coloring is Dijkstra, Lamport, Martin, Scholten and Steffens, "On-the-Fly Garbage Collection" (1978).
 */
import { ALL_RULES, addressKey, type NodeAddress, type ObjectKey, type Rules } from '@holdfast/core'
import { CompactGraph, type Mark, type ReferenceGraph } from '@holdfast/graph'
import type { Collage } from './collage.js'
import { joinAscending } from './join-ascending.js'
import { importCount, type Report, type ReportedPeer } from './report.js'
import { shadeWeak, type WeakVertex } from './weak-verdict.js'

/** What one owner is told to collect. */
export interface Condemned {
  readonly owner: NodeAddress
  /** Export ids, ascending, and the `ver` of each as reported. */
  readonly ids: Float64Array
  readonly versions: Float64Array
}

/** What would be garbage but for weak holders of a node. */
export interface WeaklyHeld {
  readonly holder: NodeAddress
  /** The number of its report, what that calls the vertices, and the group of each, ascending. */
  readonly report: number
  readonly names: readonly number[]
  readonly groups: readonly number[]
}

export interface Verdict {
  readonly condemned: readonly Condemned[]
  readonly weaklyHeld: readonly WeaklyHeld[]
  /** How many exports the reports listed. */
  readonly suspects: number
}

export interface VerdictOptions {
  /** Makes the graph to mark, told how many vertices it will have; `CompactGraph` when left out. */
  readonly createGraph?: ((vertices: number) => ReferenceGraph) | undefined
}

/** Judges a collage. O(exports, rows, imports and references reported). */
export function judge(collage: Collage, options: VerdictOptions = {}, rules: Rules = ALL_RULES): Verdict {
  return new Judgement(collage, options, rules).verdict()
}

const NO_TARGET = -1

class Judgement {
  readonly #collage: Collage
  readonly #reports: readonly Report[]
  readonly #rules: Rules
  /** Vertex v of report k has the key #bases[k] + v. */
  readonly #bases: number[] = []
  readonly #placeOf = new Map<string, number>()
  /** What each report says of its node's dealings with another, by that one's address. */
  readonly #viewsOf: readonly Map<string, ReportedPeer>[]
  readonly #createGraph: (vertices: number) => ReferenceGraph
  readonly #vertices: number

  constructor(collage: Collage, options: VerdictOptions, rules: Rules) {
    const reports = [...collage.reports()]
    this.#collage = collage
    this.#reports = reports
    this.#rules = rules
    this.#viewsOf = reports.map((report) => new Map(report.peers.map((peer) => [addressKey(peer), peer])))
    let vertices = 0
    for (const [place, report] of reports.entries()) {
      this.#bases.push(vertices)
      this.#placeOf.set(addressKey(report), place)
      vertices += report.exports.ids.length + report.references.inner.length
    }
    this.#vertices = vertices
    this.#createGraph = options.createGraph ?? (() => new CompactGraph())
  }

  verdict(): Verdict {
    const failing = this.#reports.map((report) => this.#failing(report))
    const weak = this.#rules.on('weak-holders-are-black') ? this.#weakVertices() : []
    const suspects = this.#reports.reduce((sum, report) => sum + report.exports.ids.length, 0)
    // Where nothing is a root there is nothing to mark, and no need for a graph: the whole collage is garbage.
    const marked = weak.length > 0 || failing.some((flags) => flags.includes(1)) ? this.#marked(failing) : null
    const held = marked === null ? [] : shadeWeak(marked.graph, marked.mark, weak)
    const reached = marked === null ? () => false : (vertex: number) => marked.mark.isReached(vertex as ObjectKey)
    const condemned = this.#reports.map((report, place) =>
      whiteExports(report, (index) => !reached(this.#base(place) + index)),
    )
    const weaklyHeld = Array.from(held, ([place, named]) => {
      const { node, incarnation, number } = this.#reports[place]
      return { holder: { node, incarnation }, report: number, ...named }
    })
    return { condemned: condemned.filter(({ ids }) => ids.length > 0), weaklyHeld, suspects }
  }

  /** Pastes the collage and marks it from the failing exports. */
  #marked(failing: readonly Uint8Array[]): { readonly graph: ReferenceGraph; readonly mark: Mark } {
    const graph = this.#createGraph(this.#vertices)
    const references = this.#reports.reduce((sum, report) => sum + report.references.targets.length, 0)
    graph.reserve(this.#vertices, references)
    for (let vertex = 0; vertex < this.#vertices; vertex++) graph.addObject(vertex as ObjectKey)
    for (const [place, flags] of failing.entries()) {
      this.#pasteReferences(graph, place)
      for (let index = 0; index < flags.length; index++) {
        if (flags[index] === 1) graph.addRoot((this.#base(place) + index) as ObjectKey)
      }
    }
    const mark = graph.mark()
    while (!mark.step(Number.MAX_SAFE_INTEGER));
    return { graph, mark }
  }

  /** What the nodes hold weakly of what is in the collage; an import whose owner lists no such suspect is not. */
  #weakVertices(): WeakVertex[] {
    return this.#reports.flatMap((report, reporter) => {
      if (report.weak === undefined) return []
      const imports = this.#importTargets(report)
      const sources = report.references.offsets.length - 1
      return Array.from(report.weak, (place) => {
        const key = (place < sources ? this.#base(reporter) + place : imports[place - sources]) as ObjectKey
        return { reporter, name: this.#collage.nameOf(report, place), key }
      }).filter(({ key }) => key !== NO_TARGET)
    })
  }

  #base(place: number): number {
    return this.#bases[place]
  }

  #reportOf(address: NodeAddress): { report: Report; base: number } | undefined {
    const place = this.#placeOf.get(addressKey(address))
    return place === undefined ? undefined : { report: this.#reports[place], base: this.#base(place) }
  }

  /** Adds a report's references, an import standing for the export that it names (C0 and C3). */
  #pasteReferences(graph: ReferenceGraph, place: number): void {
    const report = this.#reports[place]
    const base = this.#base(place)
    const { offsets, targets } = report.references
    const exports = report.exports.ids.length
    const sources = exports + report.references.inner.length
    const imports = this.#importTargets(report)
    const localReach = this.#rules.on('C0-local-exports')
    const remoteReach = this.#rules.on('C3-closure')
    for (let source = 0; source < sources; source++) {
      for (let at = offsets[source]; at < offsets[source + 1]; at++) {
        const target = targets[at]
        if (target >= sources) {
          const vertex = imports[target - sources]
          if (vertex !== NO_TARGET && remoteReach) graph.addReference((base + source) as ObjectKey, vertex as ObjectKey)
        } else if (target >= exports || localReach) {
          graph.addReference((base + source) as ObjectKey, (base + target) as ObjectKey)
        }
      }
    }
  }

  /** The vertex that each import of a report stands for, in the report's order; NO_TARGET where its owner lists no such suspect. */
  #importTargets(report: Report): Int32Array {
    const vertices = new Int32Array(importCount(report)).fill(NO_TARGET)
    let start = 0
    for (const peer of report.peers) {
      const owner = this.#reportOf(peer)
      if (owner !== undefined) {
        joinAscending(peer.imports.ids, owner.report.exports.ids, (mine, theirs) => {
          if (theirs >= 0) vertices[start + mine] = owner.base + theirs
        })
      }
      start += peer.imports.ids.length
    }
    return vertices
  }

  /** Flags every export of a report that fails a condition other than C0 and C3: a root of the collage. */
  #failing(report: Report): Uint8Array {
    const failing = new Uint8Array(report.exports.ids.length)
    if (this.#rules.on('quarantined-means-live')) {
      const { quarantined } = report.exports
      for (let index = 0; index < quarantined.length; index++) failing[quarantined[index]] = 1
    }
    for (const peer of report.peers) this.#failRows(report, peer, failing)
    return failing
  }

  /** Checks the rows of one holder: conditions C1, C2, C4, C5, the presence half of C3, and the sessions. */
  #failRows(report: Report, peer: ReportedPeer, failing: Uint8Array): void {
    const { exports: places, granted, added } = peer.rows
    if (places.length === 0) return
    const holder = this.#placeOf.get(addressKey(peer))
    const view = holder === undefined ? undefined : this.#viewsOf[holder].get(addressKey(report))
    const sameSession =
      view !== undefined &&
      (view.session === peer.session || !this.#rules.on('one-session-per-row')) &&
      peer.session > 0
    if (holder === undefined || (view === undefined ? this.#rules.on('absent-means-live') : !sameSession)) {
      for (let row = 0; row < places.length; row++) failing[places[row]] = 1
      return
    }
    if (view === undefined) return
    const ids = new Float64Array(places.length)
    for (let row = 0; row < places.length; row++) ids[row] = report.exports.ids[places[row]]
    joinAscending(ids, view.imports.ids, (row, held) => {
      const ok =
        (view.received >= granted[row] || !this.#rules.on('C1-grants-received')) &&
        (view.sent >= added[row] || !this.#rules.on('C2-receiver-newer-than-addRef')) &&
        (held < 0
          ? !this.#rules.on('absent-means-live')
          : (peer.received >= view.imports.used[held] || !this.#rules.on('C4-uses-received')) &&
            (report.clock >= view.imports.clocks[held] || !this.#rules.on('C5-acked-gifts-included')))
      if (!ok) failing[places[row]] = 1
    })
  }
}

function whiteExports(report: Report, isWhite: (index: number) => boolean): Condemned {
  const ids = new Float64Array(report.exports.ids.length)
  const versions = new Float64Array(report.exports.ids.length)
  let count = 0
  for (let index = 0; index < ids.length; index++) {
    if (!isWhite(index)) continue
    ids[count] = report.exports.ids[index]
    versions[count++] = report.exports.versions[index]
  }
  const owner = { node: report.node, incarnation: report.incarnation }
  return { owner, ids: ids.subarray(0, count), versions: versions.subarray(0, count) }
}
