/**
 * Objects of this node that are held weakly, here or by other nodes. A weak holder can bring back an object that nothing else refers to, so
 * reports name them all, and what only they hold is freed in two rounds: the first clears them.
 * Source of the rule: docs/protocol.md, "Weak references".
 */
import type { WeakHold } from '@holdfast/collector'
import type { NodeId } from '@holdfast/core'
import type { ManagedHeap } from '@holdfast/heap/managed'
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'

/** Told once when the object is gone, or about to go with nothing to stop it. */
export type OnDead = () => void

interface Holder {
  /** Moves with each new holder, and each time the object is handed out. */
  stamp: number
  readonly onDead: Set<OnDead>
  /** Other nodes that may ask for it. */
  readonly peers: Set<NodeId>
  readonly unwatch: () => void
}

export interface WeakHoldersContext {
  readonly heap: ObjectHeap
  readonly managed: ManagedHeap
  /** Tells another node that an object is gone. */
  readonly tell: (peer: NodeId, object: Handle) => void
}

export class WeakHolders {
  readonly #context: WeakHoldersContext
  readonly #holders = new Map<Handle, Holder>()
  #stamp = 0

  constructor(context: WeakHoldersContext) {
    this.#context = context
  }

  /** How many objects are held weakly. */
  get size(): number {
    return this.#holders.size
  }

  /** For a report. O(objects held weakly). */
  holds(): WeakHold[] {
    const { heap } = this.#context
    // What the heap has freed is told of later.
    const there = [...this.#holders].filter(([object]) => heap.resolves(object))
    return there.map(([object, { stamp }]) => ({ object, stamp }))
  }

  /** Holds an object of this node weakly. @param onDead not called again once the returned function was */
  add(object: Handle, onDead: OnDead): () => void {
    const holder = this.#holder(object)
    holder.onDead.add(onDead)
    return () => holder.onDead.delete(onDead)
  }

  /** Another node holds an object of this node weakly. */
  addPeer(object: Handle, peer: NodeId): void {
    this.#holder(object).peers.add(peer)
  }

  /** The object, if it is still there; then it is as alive as any. @param peer who asks, if it is not this node's own program */
  deref(object: Handle, peer?: NodeId): object | undefined {
    const holder = this.#holders.get(object)
    if (holder === undefined || (peer !== undefined && !holder.peers.has(peer))) return undefined
    const { heap, managed } = this.#context
    if (!heap.resolves(object)) return undefined
    const living = managed.livingRepresentative(object)
    const { kind, hasRepresentative } = managed.describe(object)
    if (living !== undefined || (kind === 'ordinary' && !hasRepresentative)) return living
    holder.stamp = ++this.#stamp
    // Found out of reach by a trace of this node, it may still be held by others, or just be found by this.
    heap.arrive(object)
    const representative = managed.representativeOf(object)
    heap.unpin(object)
    return representative
  }

  /** Nothing but these holders keeps what they hold: they are cleared, unless one has handed something out since. */
  clear(holds: readonly WeakHold[]): void {
    const objects = holds.flatMap((hold) => ('object' in hold ? [{ object: hold.object, stamp: hold.stamp }] : []))
    if (objects.some(({ object, stamp }) => (this.#holders.get(object)?.stamp ?? stamp) !== stamp)) return
    for (const { object } of objects) this.#dead(object)
  }

  /** A peer asks for nothing any more. O(objects held weakly). */
  forget(peer: NodeId): void {
    for (const { peers } of this.#holders.values()) peers.delete(peer)
  }

  #holder(object: Handle): Holder {
    const known = this.#holders.get(object)
    if (known !== undefined) {
      known.stamp = ++this.#stamp
      return known
    }
    const unwatch = this.#context.managed.onFreed(object, () => this.#dead(object))
    const holder: Holder = { stamp: ++this.#stamp, onDead: new Set(), peers: new Set(), unwatch }
    this.#holders.set(object, holder)
    return holder
  }

  #dead(object: Handle): void {
    const holder = this.#holders.get(object)
    if (holder === undefined) return
    this.#holders.delete(object)
    holder.unwatch()
    for (const onDead of holder.onDead) onDead()
    for (const peer of holder.peers) this.#context.tell(peer, object)
  }
}
