/** What a node has published: each name is a root until it is taken back. */
import { UsageError } from '@holdfast/core'
import type { ManagedHeap } from '@holdfast/heap/managed'
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'

export class PublishedNames {
  readonly #names = new Map<string, Handle>()
  readonly #heap: ObjectHeap
  readonly #managed: ManagedHeap

  constructor(heap: ObjectHeap, managed: ManagedHeap) {
    this.#heap = heap
    this.#managed = managed
  }

  get size(): number {
    return this.#names.size
  }

  [Symbol.iterator](): Iterator<[string, Handle]> {
    return this.#names[Symbol.iterator]()
  }

  /** @throws UsageError `name-taken`, `untraceable-field` */
  publish(name: string, object: object): void {
    if (this.#names.has(name)) {
      throw new UsageError('name-taken', 'something is published under this name: unpublish it first', { name })
    }
    const handle = this.#managed.referTo(object)
    this.#heap.pin(handle)
    this.#names.set(name, handle)
  }

  /** @returns the handle of what was under this name, no longer pinned; null when nothing was */
  unpublish(name: string): Handle | null {
    const handle = this.#names.get(name)
    if (handle === undefined) return null
    this.#names.delete(name)
    this.#heap.unpin(handle)
    return handle
  }

  /** @throws UsageError `unknown-name` */
  find(name: string): object {
    const object = this.get(name)
    if (object === undefined) throw new UsageError('unknown-name', 'nothing is published under this name', { name })
    return object
  }

  get(name: string): object | undefined {
    const handle = this.#names.get(name)
    return handle === undefined ? undefined : this.#managed.representativeOf(handle)
  }
}
