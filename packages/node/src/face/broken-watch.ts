/** Who wants to know when a remote object is gone for good. Each is told once, in the order in which they asked. */
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'

export class BrokenWatch {
  readonly #heap: ObjectHeap
  readonly #callbacks = new Map<Handle, Set<() => void>>()

  constructor(heap: ObjectHeap) {
    this.#heap = heap
  }

  /** How many objects are watched. */
  get size(): number {
    return this.#callbacks.size
  }

  /** Of an object that is gone already: calls back in a microtask. @returns stops watching */
  add(handle: Handle, callback: () => void): () => void {
    if (!this.#heap.resolves(handle) || this.#heap.isBroken(handle)) {
      let isWanted = true
      queueMicrotask(() => {
        if (isWanted) callback()
      })
      return () => {
        isWanted = false
      }
    }
    const callbacks = this.#callbacks.get(handle) ?? new Set()
    this.#callbacks.set(handle, callbacks)
    const entry = (): void => callback()
    callbacks.add(entry)
    return () => {
      callbacks.delete(entry)
      if (callbacks.size === 0) this.#callbacks.delete(handle)
    }
  }

  /** @param attempt runs the program's code */
  broke(handles: Iterable<Handle>, attempt: (callback: () => void) => void): void {
    for (const handle of handles) {
      const callbacks = this.#callbacks.get(handle)
      this.#callbacks.delete(handle)
      for (const callback of callbacks ?? []) attempt(callback)
    }
  }

  /** Forgets what nothing in this node refers to any more. O(objects watched). */
  prune(): void {
    for (const handle of this.#callbacks.keys()) if (!this.#heap.resolves(handle)) this.#callbacks.delete(handle)
  }
}
