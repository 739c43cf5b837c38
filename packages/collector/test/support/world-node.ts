/** One node of a world: the real collector, the real heap, and what its ordinary code holds. */
import { type Incarnation, nodeId, type Rules } from '@holdfast/core'
import { type Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import { Collector, type CollectorOptions, type LocalReference } from '../../src/index.js'

/** An object by its home and its handle there: what a reference must still mean wherever it travels. */
export interface Identity {
  readonly home: string
  readonly handle: Handle
}

export class WorldNode {
  readonly name: string
  readonly collector: Collector
  readonly heap = new ObjectHeap()
  /** What this node's ordinary code holds: a pin each. */
  readonly roots: Handle[] = []
  /** Which object each import stands for, by the test's own knowledge. */
  readonly identities = new Map<Handle, Identity>()

  constructor(name: string, options: Partial<CollectorOptions>, rules: Rules) {
    this.name = name
    const node = nodeId(name)
    this.collector = new Collector({ node, incarnation: 1 as Incarnation, trusts: () => true, ...options }, rules)
  }

  create(body?: unknown): Handle {
    const handle = this.heap.create(body)
    this.roots.push(handle)
    return handle
  }

  /** Ordinary code lets go of one of its holds. */
  letGo(handle: Handle): void {
    const at = this.roots.indexOf(handle)
    if (at < 0) throw new Error(`${this.name} does not hold ${handle}`)
    this.roots.splice(at, 1)
    this.heap.unpin(handle)
  }

  /** Ordinary code lets go of all that it holds. */
  letGoOfAll(): void {
    for (const handle of this.roots.splice(0)) this.heap.unpin(handle)
  }

  /** Which object a handle stands for, here or elsewhere. */
  identityOf(handle: Handle): Identity {
    return this.identities.get(handle) ?? { home: this.name, handle }
  }
}

/** A handle as a reference of the application: an object of the node's own, or an import. */
export function referenceOf(node: WorldNode, handle: Handle): LocalReference {
  const id = node.heap.importOf(handle)
  return id === undefined ? { object: handle } : { import: id }
}
