/**
 * One node's summary of its suspects at one moment, for a coordinator. Stamps are those of `docs/protocol.md`, section 4:
 * they say which messages the snapshot includes, so that reports taken at different moments can be pasted together.
 */
import type { Column, NodeAddress, Sequence } from '@holdfast/core'
import type { SuspectReferences } from './local-tracer.js'

export interface Report extends NodeAddress {
  /** Counts the node's reports; of one incarnation's reports the newest wins. */
  readonly number: number
  /** The node's turn counter. */
  readonly clock: number
  readonly exports: ReportedExports
  /** Every node that has a row of a suspect export, or owns a suspect import. */
  readonly peers: readonly ReportedPeer[]
  readonly references: SuspectReferences
  /** Places of the vertices (exports, inner, imports) that weak holders of the node refer to, ascending; left out for none. */
  readonly weak?: Column | undefined
}

/** The suspect exports, column by column. */
export interface ReportedExports {
  /** Ascending. */
  readonly ids: Column
  /** `ver` of each. */
  readonly versions: Column
  /** Places (ascending) of those that somebody has in quarantine. */
  readonly quarantined: Column
}

export interface ReportedPeer extends NodeAddress {
  /** The number of the session with it, 0 for none. */
  readonly session: number
  /** My last message to it, and its last that I processed. */
  readonly sent: Sequence
  readonly received: Sequence
  /** Its rows of suspect exports: their places in `exports` (ascending), `g` and `r`. */
  readonly rows: { readonly exports: Column; readonly granted: Column; readonly added: Column }
  /** The suspect imports from it: export ids (ascending), `use` and `rc`. */
  readonly imports: { readonly ids: Column; readonly used: Column; readonly clocks: Column }
}

/** How many imports a report lists. O(peers). */
export function importCount(report: Report): number {
  let count = 0
  for (const peer of report.peers) count += peer.imports.ids.length
  return count
}
