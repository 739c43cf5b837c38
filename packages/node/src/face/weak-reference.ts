/** A reference that keeps nothing alive, to an object of this node or of another. */
import type { NodeId } from '@holdfast/core'

/** What a weak reference asks of its node. */
export interface WeakTarget {
  /** What stands for the object in ordinary code at this moment, without asking anybody. */
  readonly peek: () => object | undefined
  /** The object, from its owner. */
  readonly fetch: () => PromiseLike<object | undefined>
}

export class WeakReference<T extends object> {
  /** The node on which the object lives. */
  readonly owner: NodeId
  readonly #target: WeakTarget
  readonly #callbacks = new Set<() => void>()
  #isDead = false

  /** @internal Use `node.weak`. */
  constructor(owner: NodeId, target: WeakTarget) {
    this.owner = owner
    this.#target = target
  }

  /** False once the object is known to be gone: collected, revoked, or lost with its node. */
  get isAlive(): boolean {
    return !this.#isDead
  }

  /**
   * The object, if something at hand stands for it. Of another node's object that is only so while this node refers to it besides; `fetch`
   * asks its owner.
   */
  deref(): T | undefined {
    return this.#isDead ? undefined : (this.#target.peek() as T | undefined)
  }

  /** The object, from its owner; undefined when it is gone. Rejects when the owner cannot be asked. */
  async fetch(): Promise<T | undefined> {
    return this.#isDead ? undefined : (((await this.#target.fetch()) ?? undefined) as T | undefined)
  }

  /** Calls back once when the object is gone, at once if it is. @returns stops that */
  onDead(callback: () => void): () => void {
    const entry = (): void => callback()
    if (this.#isDead) queueMicrotask(entry)
    else this.#callbacks.add(entry)
    return () => this.#callbacks.delete(entry)
  }

  /** @internal */
  static died(reference: WeakReference<object>, attempt: (callback: () => void) => void): void {
    if (reference.#isDead) return
    reference.#isDead = true
    for (const callback of reference.#callbacks) attempt(callback)
    reference.#callbacks.clear()
  }
}
