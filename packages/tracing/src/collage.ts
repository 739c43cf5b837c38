/**
 * The newest report of each incarnation, as far as a coordinator has them. Soft state: a lost collage costs a round of
 * reports, never safety.
 */
import { addressKey, type NodeAddress, type NodeId } from '@holdfast/core'
import { type NamedReport, namedByPlace } from './named-report.js'
import { patchReport } from './patch-report.js'
import type { Report } from './report.js'
import type { ReportDelta } from './report-delta.js'

/** What became of a delta: taken in, older than what is there, or about a report that is not there. */
export type Patched = 'added' | 'stale' | 'no-base'

export class Collage {
  readonly #reports = new Map<string, Report | NamedReport>()

  get size(): number {
    return this.#reports.size
  }

  /** Takes a report in, unless it already has one as new of the same incarnation; says whether it did. O(1). */
  add(report: Report): boolean {
    const known = this.reportOf(report)
    if (known !== undefined && known.number >= report.number) return false
    this.#reports.set(addressKey(report), report)
    return true
  }

  /** Takes in what has changed since a report. O(vertices and references of that node). @throws ProtocolError `malformed` */
  patch(delta: ReportDelta): Patched {
    const known = this.#reports.get(addressKey(delta))
    if (known === undefined) return 'no-base'
    const base = 'names' in known ? known : namedByPlace(known)
    if (base.report.number >= delta.number) return 'stale'
    if (base.report.number !== delta.base) return 'no-base'
    this.#reports.set(addressKey(delta), patchReport(base, delta))
    return 'added'
  }

  /** The report of an incarnation, if there is one. O(1). */
  reportOf(address: NodeAddress): Report | undefined {
    const known = this.#reports.get(addressKey(address))
    return known !== undefined && 'names' in known ? known.report : known
  }

  /** What the reports of an incarnation call the vertex at a place of its newest one. O(1). */
  nameOf(address: NodeAddress, place: number): number {
    const known = this.#reports.get(addressKey(address))
    return known !== undefined && 'names' in known ? known.names[place] : place
  }

  /** Nodes that by these reports hold suspects, or own what suspects refer to, and have sent none. O(peers of all reports). */
  unreported(): NodeId[] {
    const named = new Set<NodeId>()
    for (const { peers } of this.reports()) {
      for (const { node, rows, imports } of peers) if (rows.exports.length + imports.ids.length > 0) named.add(node)
    }
    for (const { node } of this.reports()) named.delete(node)
    return [...named]
  }

  /** Forgets a node in all its lifetimes: from here on nothing is known of it, so all it touches counts as live. O(reports). */
  forget(node: NodeId): void {
    for (const report of this.reports()) if (report.node === node) this.#reports.delete(addressKey(report))
  }

  clear(): void {
    this.#reports.clear()
  }

  *reports(): IterableIterator<Report> {
    for (const known of this.#reports.values()) yield 'names' in known ? known.report : known
  }
}
