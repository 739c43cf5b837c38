/**
 * What this node has told each coordinator, so that its next report to it carries changes only. A session delivers all or ends, so
 * what was sent in it is what the coordinator has.
 */
import type { NodeId } from '@holdfast/core'
import {
  deltaSize,
  diffReports,
  encodeDelta,
  encodeReport,
  type NamedReport,
  namedByPlace,
  type Report,
  vertexCount,
} from '@holdfast/tracing'

/** A report is sent whole when its vertices have so many names without use. */
const MAX_UNUSED_NAMES = 1024

/** So many changes are always worth a delta. */
const SMALL = 16

/** Whether a delta could be shorter than the report. Where most vertices are new, to look for it costs more than it can save. */
function isWorthComparing({ report, nextName }: NamedReport, vertices: number): boolean {
  if (nextName > 4 * vertices + MAX_UNUSED_NAMES) return false
  return vertices <= SMALL || vertexCount(report) * 2 >= vertices
}

export class Reporting {
  readonly #last = new Map<NodeId, NamedReport>()

  /** A report as bytes, for a coordinator, and as the coordinator will have it. O(vertices and references). */
  encode(to: NodeId, report: Report): { readonly bytes: Uint8Array; readonly named: NamedReport } {
    const base = this.#last.get(to)
    const vertices = vertexCount(report)
    if (base !== undefined && isWorthComparing(base, vertices)) {
      const { delta, named } = diffReports(base, report)
      if (deltaSize(delta) <= Math.max(vertices, SMALL)) {
        this.#last.set(to, named)
        return { bytes: encodeDelta(delta), named }
      }
    }
    const named = namedByPlace(report)
    this.#last.set(to, named)
    return { bytes: encodeReport(report), named }
  }

  /** The next report to a coordinator is a whole one: the session with it is over, or it has asked. */
  forget(to: NodeId): void {
    this.#last.delete(to)
  }
}
