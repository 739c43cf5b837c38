/** The weak references of a node's program, and what its owners say of their objects. */
import type { NodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { attempt } from './events.js'
import type { WeakHolders } from './weak-holders.js'
import { WeakReference, type WeakTarget } from './weak-reference.js'

export interface WeakReferencesContext {
  readonly self: NodeId
  readonly holders: WeakHolders
  /** The node on which an object lives, and its handle here. */
  readonly resolve: (object: object) => { readonly owner: NodeId; readonly handle: Handle }
  readonly living: (handle: Handle) => object | undefined
  /** Calls a method of another node's own service. */
  readonly ask: (node: NodeId, method: string, args: readonly unknown[]) => PromiseLike<unknown>
}

export class WeakReferences {
  readonly #context: WeakReferencesContext
  /** By owner and the owner's number; until the object is gone. */
  readonly #known = new Map<NodeId, Map<number, WeakReference<object>>>()

  constructor(context: WeakReferencesContext) {
    this.#context = context
  }

  /** Refers to an object without keeping it. For one of another node, resolves when its owner knows. */
  async create<T extends object>(object: T): Promise<WeakReference<T>> {
    const { self, holders, resolve, living, ask } = this.#context
    const { owner, handle } = resolve(object)
    if (owner === self) {
      if (this.#known.get(owner)?.has(handle) !== true) holders.add(handle, () => this.died(owner, handle))
      return this.#reference(owner, handle, ownTarget(holders, handle)) as WeakReference<T>
    }
    const number = (await ask(owner, 'holdWeakly', [object])) as number
    return this.#reference(owner, number, {
      peek: () => living(handle),
      fetch: () => ask(owner, 'derefWeakly', [number]) as PromiseLike<object | undefined>,
    }) as WeakReference<T>
  }

  /** The owner says that an object is gone. */
  died(owner: NodeId, number: number): void {
    const numbers = this.#known.get(owner)
    const reference = numbers?.get(number)
    numbers?.delete(number)
    if (numbers?.size === 0) this.#known.delete(owner)
    if (reference !== undefined) WeakReference.died(reference, attempt)
  }

  /** A node is gone, and its objects with it. */
  lost(owner: NodeId): void {
    const numbers = this.#known.get(owner)
    this.#known.delete(owner)
    for (const reference of numbers?.values() ?? []) WeakReference.died(reference, attempt)
  }

  /** One for each object, however often it is asked for. */
  #reference(owner: NodeId, number: number, target: WeakTarget): WeakReference<object> {
    const numbers = this.#known.get(owner) ?? new Map<number, WeakReference<object>>()
    this.#known.set(owner, numbers)
    const reference = numbers.get(number) ?? new WeakReference(owner, target)
    numbers.set(number, reference)
    return reference
  }
}

/** In a function of its own, so that it does not keep the object. */
function ownTarget(holders: WeakHolders, handle: Handle): WeakTarget {
  return { peek: () => holders.deref(handle), fetch: async () => holders.deref(handle) }
}
