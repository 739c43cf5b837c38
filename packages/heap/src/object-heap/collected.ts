/** What a collection of the object heap is told and what it tells. */
import type { ImportId, ObjectKey } from '@holdfast/core'

/** What keeps objects of this heap alive besides its own pins: the tables of the collector. */
export interface OutsideRoots {
  /** Objects that others hold. */
  readonly exported: Iterable<ObjectKey>
  /** Imports that an unacknowledged gift pins. */
  readonly pinnedImports: Iterable<ImportId>
}

/** What a collection freed. */
export interface Collected {
  /** Objects freed, imports not counted. */
  readonly freed: number
  /** Imports that nothing refers to any more; forgotten here, to be dropped by the collector. */
  readonly unreachableImports: readonly ImportId[]
}

/** The same as questions about one object, for `reclaim`. */
export interface OutsideHolds {
  isExported(object: ObjectKey): boolean
  isPinned(id: ImportId): boolean
}

/** What `reclaim` freed. */
export interface Reclaimed extends Collected {
  /** Something that lost a holder is still referred to: by something live, or by garbage in a cycle. */
  readonly mayBeCyclic: boolean
}
