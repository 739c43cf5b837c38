/** Who wants to know that an object is freed: finalization callbacks and weak maps. */
import { UsageError } from '@holdfast/core'
import type { Handle } from '../object-heap/index.js'
import { Backlog } from './backlog.js'
import { Entry } from './entry.js'
import type { ObjectStore } from './object-store.js'
import { ManagedWeakMap, WeakStore } from './weak-map.js'

interface Watcher {
  /** Null when cancelled. */
  callback: (() => void) | null
}

export class FreedWatch {
  readonly #store: ObjectStore
  readonly #watchers = new Map<Handle, Watcher[]>()
  readonly #called: Backlog<Watcher>
  readonly #weakStores = new Set<WeakStore>()
  /** What weak maps kept for imports that are gone. */
  readonly #unkept: Backlog<Handle>
  /** Weak maps that died: what they kept goes. */
  readonly #maps: FinalizationRegistry<WeakStore>

  constructor(store: ObjectStore, defer: (slice: () => void) => void) {
    this.#store = store
    this.#called = new Backlog(defer, callAll)
    this.#unkept = new Backlog(defer, (handles) => {
      for (const handle of handles) store.unpin(handle)
    })
    const dead = new Backlog<WeakStore>(defer, (stores) => {
      for (const values of stores) {
        this.#weakStores.delete(values)
        values.clear()
      }
    })
    this.#maps = new FinalizationRegistry((values) => dead.push(values))
    store.objects.watchFreed((handle, value) => this.#freed(handle, value))
  }

  watch(handle: Handle, callback: () => void): () => void {
    if (!this.#store.objects.resolves(handle)) throw new UsageError('stale-handle', 'this object is gone', { handle })
    const watcher: Watcher = { callback }
    const others = this.#watchers.get(handle)
    if (others === undefined) this.#watchers.set(handle, [watcher])
    else others.push(watcher)
    return () => {
      watcher.callback = null
    }
  }

  weakMap<K extends object, V>(): ManagedWeakMap<K, V> {
    const values = new WeakStore(this.#store)
    const map = new ManagedWeakMap<K, V>(this.#store, values)
    this.#weakStores.add(values)
    this.#maps.register(map, values)
    return map
  }

  /** What weak maps keep for an object as long as it lives. */
  *weaklyKeptFor(key: Entry): Iterable<Entry> {
    for (const values of this.#weakStores) {
      const stored = values.get(key)
      if (stored instanceof Entry) yield stored
    }
  }

  /** The heap is in the middle of it: only noted down here. */
  #freed(handle: Handle, value: unknown): void {
    if (this.#watchers.size > 0) {
      for (const watcher of this.#watchers.get(handle) ?? []) this.#called.push(watcher)
      this.#watchers.delete(handle)
    }
    if (!(value instanceof Entry)) return
    this.#store.counts[value.kind]--
    this.#store.exactness.freed(value)
    for (const values of this.#weakStores) {
      const kept = values.forget(value)
      if (kept !== undefined) this.#unkept.push(kept)
    }
  }
}

/** All are called; the first error comes out when all were. */
function callAll(watchers: readonly Watcher[]): void {
  const errors: unknown[] = []
  for (const { callback } of watchers) {
    try {
      callback?.()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}
