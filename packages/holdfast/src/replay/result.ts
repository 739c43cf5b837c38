import type { TableSizes } from '@holdfast/worker'
import type { CutKind } from '../heap-graph/cut.js'
import type { PartitionKind } from '../heap-graph/partition.js'
import type { FreedBy } from './collection.js'

/** What a replay says, field by field as `--json` prints it. Times are ms, sizes bytes. */
export interface ReplayResult {
  readonly objects: number
  readonly references: number
  /** Root entries. */
  readonly roots: number
  readonly nodes: number
  readonly partition: PartitionKind
  readonly cut: CutKind
  /** How many were cut: what was asked for, unless the draw was given up. */
  readonly count: number
  readonly seed: number
  /** Indexes of the nodes that were killed after the cut, in the order of the draw. */
  readonly killed: readonly number[]
  /** References between objects of different nodes, before the cut. */
  readonly crossReferences: number
  readonly liveBefore: number
  /** Objects that killed nodes owned, live or not. They are no garbage. */
  readonly lost: number
  /** Objects live before the cut and not after: out of reach of the roots that are left, through objects that are left. */
  readonly garbage: number
  readonly freedBy: FreedBy
  /** Objects that had to go and stayed. */
  readonly missed: number
  /** Objects that had to stay and went. */
  readonly wronglyFreed: number
  /** SHA-256 over the ids of the freed objects that were live before, u32 little endian, ascending. */
  readonly fingerprint: string
  /** Entries left in the reference tables, and how many should be. */
  readonly tables: TableSizes & { readonly expected: TableSizes }
  /** Rounds of tracing up to the last that freed anything. */
  readonly rounds: number
  /** Protocol messages from the release to the last sweep. */
  readonly messages: number
  /** Protocol bytes from the release to the last sweep. */
  readonly bytes: number
  readonly timeMs: {
    /** Reading, checking and partitioning the file. */
    readonly load: number
    /** Starting the nodes and spreading the graph until every remote reference is held. */
    readonly build: number
    /** From the release to the last sweep, less `lease`. */
    readonly collect: number
    /** Until the leases of killed nodes had run out, and what fell with them was gone. */
    readonly lease: number
    readonly verify: number
  }
  /** V8's own full GC of the same graph in one process. */
  readonly v8FullGcMs: number
  /** Of this process with all its worker threads. */
  readonly peakRssBytes: number
  /** Exactly the right objects were freed and the tables hold exactly what is live. */
  readonly ok: boolean
}
