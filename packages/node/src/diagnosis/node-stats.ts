/** What a node is made of at one moment, in numbers: all plain, to be logged or sent. */
import type { CollectorCounts, SessionProgress, TableSizes } from '@holdfast/collector'
import type { NodeId } from '@holdfast/core'
import type { ManagedSizes } from '@holdfast/heap/managed'

export interface NodeStats {
  readonly id: NodeId
  /** Objects that the node knows by a handle, by kind, and how many of them ordinary code may have in hand. */
  readonly objects: ManagedSizes
  /** Bytes of the node's own tables of objects and references; the objects themselves come on top. */
  readonly heapBytes: number
  readonly tables: TableSizes
  readonly publishedNames: number
  /** Live leases on objects of this node. */
  readonly leases: number
  /** Calls that wait to be sent or answered. */
  readonly pendingCalls: number
  /** Results kept for calls on them that may be under way. */
  readonly keptAnswers: number
  /** Streams that others read from this node. */
  readonly streams: number
  readonly sessions: readonly (SessionProgress & {
    /** How many objects of this node the peer holds. */
    readonly held: number
  })[]
  /** Since the start: frames, bytes, messages by kind, verdicts. */
  readonly counts: Readonly<CollectorCounts>
}
