/** What has changed from one report of a node to its next. Vertices go by their names (`named-report.ts`). */
import type { Column, NodeAddress, Sequence } from '@holdfast/core'

export interface ReportDelta extends NodeAddress {
  readonly number: number
  /** The number of the report that this is to be applied to. */
  readonly base: number
  readonly clock: number
  /** Vertices that are there no more. */
  readonly gone: Column
  /** Exports that are new: they take the first new names. Ascending ids. */
  readonly newExports: { readonly ids: Column; readonly versions: Column }
  /** How many inner vertices are new: they take the names after those. */
  readonly newInner: number
  /** Exports whose `ver` has moved. */
  readonly moved: { readonly names: Column; readonly versions: Column }
  /** All exports that somebody has in quarantine. */
  readonly quarantined: Column
  /** All peers; one that is not there has nothing to do with the suspects any more. */
  readonly peers: readonly PeerDelta[]
  readonly references: ReferenceDelta
  /** Vertices that are weakly held and were not, or were and are not; left out for none. */
  readonly weak?: Column | undefined
}

export interface PeerDelta extends NodeAddress {
  readonly session: number
  readonly sent: Sequence
  readonly received: Sequence
  /** Rows that are new or have other stamps, by export. */
  readonly rows: { readonly exports: Column; readonly granted: Column; readonly added: Column }
  /** Exports that are still there without their row for this peer. */
  readonly goneRows: Column
  /** Imports that are new: they take the next new names, peer after peer. Ascending ids. */
  readonly newImports: { readonly ids: Column; readonly used: Column; readonly clocks: Column }
  /** Imports with other stamps. */
  readonly touched: { readonly names: Column; readonly used: Column; readonly clocks: Column }
}

/** The vertices that are new or refer to others than before, and all that each refers to now. */
export interface ReferenceDelta {
  readonly sources: Column
  /** Of the source at place p: targets[offsets[p] .. offsets[p + 1] - 1]. */
  readonly offsets: Uint32Array
  readonly targets: Column
}

/** How many entries a delta lists, for comparison with the vertices of a whole report. O(peers). */
export function deltaSize({ gone, newExports, newInner, moved, peers, references, weak }: ReportDelta): number {
  let size = gone.length + newExports.ids.length + newInner + moved.names.length + (weak?.length ?? 0)
  for (const { rows, goneRows, newImports, touched } of peers) {
    size += rows.exports.length + goneRows.length + newImports.ids.length + touched.names.length
  }
  return size + references.sources.length + references.targets.length
}
