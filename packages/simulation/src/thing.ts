/**
 * What the world knows besides what the nodes know: which object every reference really means, and how far each promise of the
 * protocol has come. The oracle goes by this alone, and asks the real tables and heaps whether they agree.
 */
import type { ExportId, ImportId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { Label } from './action.js'
import type { Gift } from './gift.js'
import type { SimulatedNode } from './simulated-node.js'

/** An object of some node. */
export class Thing {
  readonly label: Label
  readonly home: SimulatedNode
  readonly handle: Handle
  /** What it refers to, parallel references each; the same as in the heap. */
  readonly references: Reference[] = []
  /** What its home calls it in its latest grant; 0 for never exported. */
  exportId = 0 as ExportId
  /** The last walk that came by. */
  mark = 0

  constructor(label: Label, home: SimulatedNode, handle: Handle) {
    this.label = label
    this.home = home
    this.handle = handle
  }
}

/** A remote reference that a node holds: an import, from its arrival until it is dropped or broken. */
export class Held {
  readonly at: SimulatedNode
  readonly thing: Thing
  readonly importId: ImportId
  /** What the owner calls the object in this reference. */
  readonly exportId: ExportId
  /** When it arrived: a moment of the world. */
  readonly bornAt: number
  /** What stands for it in the holder's heap. */
  handle: Handle
  /** `unreferenced`: the heap has forgotten it, and its finalizer is still to come. */
  state: 'held' | 'unreferenced' | 'broken' | 'gone' = 'held'
  /** When, by the world's count of moments, the owner last did what makes the reference good: grant, addRef, reconcile. */
  establishedAt = -1
  /** The gifts by which it came and that the owner may not have heard of. */
  claims: Gift[] = []
  mark = 0

  constructor(
    at: SimulatedNode,
    thing: Thing,
    of: { importId: ImportId; exportId: ExportId; handle: Handle; bornAt: number },
  ) {
    this.at = at
    this.thing = thing
    this.importId = of.importId
    this.exportId = of.exportId
    this.handle = of.handle
    this.bornAt = of.bornAt
  }
}

/** Where a reference leads: to an object of the node's own, or to one that it imports. */
export type Reference = Thing | Held

/** The object that a reference means, wherever it is. */
export const thingOf = (reference: Reference): Thing => (reference instanceof Thing ? reference : reference.thing)
