/** What a managed heap is told and what it tells. */
import type { Handle, ObjectHeap } from '../object-heap/index.js'
import type { AccessorMaker } from './accessors.js'
import type { ManagedKind } from './entry.js'

export interface ManagedHeapOptions {
  readonly heap: ObjectHeap
  /**
   * Makes what stands for an import. Called when a reference to it is materialised and no representative lives. It must
   * not keep the result.
   */
  readonly createRemote: (handle: Handle) => object
  /** Whether other nodes hold an object. */
  readonly isExported: (handle: Handle) => boolean
  /**
   * These handles have just lost a pin or a field's reference: the node reclaims them (heap.reclaim) and drops imports.
   * Never called inside a getter or setter: deferred and batched. Some may be gone by then.
   */
  readonly onReleased: (handles: readonly Handle[]) => void
  /** Runs a slice of work in a macrotask of its own, in the order of the calls. */
  readonly defer: (slice: () => void) => void
  /** Told when an object with untraceable fields is pinned instead: once for each class and field. */
  readonly onPinned?: (warning: PinnedWarning) => void
  /**
   * How accessors of fields are made; by default as fast as this environment allows. The first heap to adopt an
   * instance of a class decides.
   */
  readonly accessors?: AccessorMaker
}

export interface PinnedWarning {
  readonly className: string
  readonly field: string
}

export interface ManagedDescription {
  readonly kind: ManagedKind
  /** Empty for an import, and for an ordinary object that is gone. */
  readonly className: string
  /** Whether something that code may hold stands for it; for an ordinary object, whether it is there. */
  readonly hasRepresentative: boolean
}

export interface FieldReference {
  /** As code would write it: `owner`, `members['al']`, `list[3]`. */
  readonly path: string
  readonly target: Handle
}

export interface ManagedSizes {
  readonly managed: number
  readonly ordinary: number
  readonly remotes: number
  /** Those of the three that have a representative, dead ones not yet noticed included. */
  readonly representatives: number
}
