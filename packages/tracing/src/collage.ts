/**
 * The newest report of each incarnation, as far as a coordinator has them. Soft state: a lost collage costs a round of
 * reports, never safety.
 */
import type { NodeAddress, NodeId } from '@holdfast/core'
import type { Report } from './report.js'

const keyOf = (address: NodeAddress): string => `${address.incarnation}:${address.node}`

export class Collage {
  readonly #reports = new Map<string, Report>()

  get size(): number {
    return this.#reports.size
  }

  /** Takes a report in, unless it already has one as new of the same incarnation; says whether it did. O(1). */
  add(report: Report): boolean {
    const known = this.#reports.get(keyOf(report))
    if (known !== undefined && known.number >= report.number) return false
    this.#reports.set(keyOf(report), report)
    return true
  }

  /** The report of an incarnation, if there is one. O(1). */
  reportOf(address: NodeAddress): Report | undefined {
    return this.#reports.get(keyOf(address))
  }

  /** Forgets a node in all its lifetimes: from here on nothing is known of it, so all it touches counts as live. O(reports). */
  forget(node: NodeId): void {
    for (const [key, report] of this.#reports) if (report.node === node) this.#reports.delete(key)
  }

  clear(): void {
    this.#reports.clear()
  }

  reports(): IterableIterator<Report> {
    return this.#reports.values()
  }
}
