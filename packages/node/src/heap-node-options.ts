/** What a node around an `ObjectHeap` is told when it is made. */
import type { CollectorCore, CollectorEffect, CollectorOptions, WeakHold } from '@holdfast/collector'
import type { Incarnation, NodeId, Rules } from '@holdfast/core'
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import type { Clock } from '@holdfast/transport'
import type { LoadCoordination } from './coordination-loader.js'
import type { PaceLimits } from './frame-pace.js'
import type { Answer, IncomingCall, LATER } from './message.js'
import type { OwnRounds } from './rounds.js'

export interface HeapNodeOptions {
  readonly node: NodeId
  readonly incarnation: Incarnation
  readonly clock: Clock
  /** Opens a link to a node and gives it to `addLink`, some time. */
  readonly connect: (peer: NodeId) => void
  /**
   * Answers calls; without it they are answered with nothing. So is a call whose handler throws: the error comes out of the
   * turn, to the clock or the link that began it, when all else is done.
   */
  readonly onCall?: (call: IncomingCall) => Answer | typeof LATER | undefined
  /** Told of everything else that the collector says: sessions, broken references, alarms, reports. */
  readonly onEffect?: (effect: CollectorEffect) => void
  /** These imports broke: what stands for them refers to nothing any more. `refused`: they came as gifts that nobody had made. */
  readonly onBroken?: (handles: ReadonlySet<Handle>, why?: 'refused') => void
  /** A frame of a peer was processed: what it has acknowledged may have grown. */
  readonly onFrame?: (peer: NodeId) => void
  /** What weak holders of the program refer to, at the moment of a report: all that can be dereferenced without a message. */
  readonly weakHolds?: () => readonly WeakHold[]
  /**
   * Before this node reports in a round: makes the heap's pins true (V8 collects first), then calls `report`, in the same macrotask.
   * At once when left out.
   */
  readonly beforeReport?: (report: () => void) => void
  /** `collector.lease` is the same for all nodes of a cluster; half a minute unless told. */
  readonly collector?: Omit<CollectorOptions, 'node' | 'incarnation'>
  readonly rules?: Rules
  /** Loads what makes reports and judges them, see `CoordinationLoader`. Default: the platform's, which in Node is there from the start. */
  readonly loadCoordination?: LoadCoordination
  /** This node coordinates a round by itself now and then: over which nodes, and how often. Only on demand when left out. */
  readonly rounds?: OwnRounds
  /** Calls and answers of one job go in one frame to each peer, in a microtask at its end. Default: false, each in its own. */
  readonly batches?: boolean
  /** How fast frames of one peer are taken in. As they come when left out. */
  readonly pace?: PaceLimits
  /** The most calls and answers that wait for one node. Default: 65,536. */
  readonly maxWaiting?: number
  /** What it goes on with (see `@holdfast/node/durable`); then `collector` and `rules` are theirs. It begins with nothing when left out. */
  readonly state?: NodeMachines
}

/** The state of a node. */
export interface NodeMachines {
  readonly heap: ObjectHeap
  readonly collector: CollectorCore
  /** The highest number that was given to a call. */
  readonly lastCall: number
}
