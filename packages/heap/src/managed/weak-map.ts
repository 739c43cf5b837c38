/**
 * A weak map by identity: its key is the object, whichever representative stands for it. What it keeps for a managed
 * key is kept like a field of the key, so a value that leads back to its key is no leak. For an import, which has no
 * fields here, the value is a root until the import goes; for an ordinary object a native WeakMap does.
 */
import type { Handle } from '../object-heap/index.js'
import { Entry, type Site } from './entry.js'
import { isManaged } from './managed.js'
import type { ObjectStore } from './object-store.js'
import { read } from './stored.js'

/** The values of a weak map, by entry. Knows nothing of the map itself, which may die. */
export class WeakStore {
  readonly #store: ObjectStore
  readonly #values = new Map<Entry, unknown>()

  constructor(store: ObjectStore) {
    this.#store = store
  }

  get(key: Entry): unknown {
    return this.#values.get(key)
  }

  has(key: Entry): boolean {
    return this.#values.has(key)
  }

  /** @param stored as a field keeps it */
  set(key: Entry, stored: unknown): void {
    if (stored instanceof Entry) {
      if (key.kind === 'remote') this.#store.objects.pin(stored.handle)
      else this.#store.refer(key.handle, stored)
    }
    const old = this.#values.get(key)
    this.#values.set(key, stored)
    this.#release(key, old)
  }

  delete(key: Entry): boolean {
    const old = this.#values.get(key)
    const wasThere = this.#values.delete(key)
    this.#release(key, old)
    return wasThere
  }

  clear(): void {
    for (const key of this.#values.keys()) this.delete(key)
  }

  /** The heap has freed the key. @returns what loses a pin by that */
  forget(key: Entry): Handle | undefined {
    const old = this.#values.get(key)
    this.#values.delete(key)
    return key.kind === 'remote' && old instanceof Entry ? old.handle : undefined
  }

  #release(key: Entry, old: unknown): void {
    if (!(old instanceof Entry)) return
    if (key.kind === 'remote') this.#store.unpin(old.handle)
    else this.#store.unrefer(key.handle, old)
  }
}

const SITE: Site = { className: 'ManagedWeakMap', fieldOf: (index) => (index === 0 ? 'value' : 'key') }

export class ManagedWeakMap<K extends object, V> {
  readonly #store: ObjectStore
  readonly #values: WeakStore
  readonly #ordinary = new WeakMap<K, V>()

  constructor(store: ObjectStore, values: WeakStore) {
    this.#store = store
    this.#values = values
  }

  get(key: K): V | undefined {
    const entry = this.#find(key)
    return entry === undefined ? this.#ordinary.get(key) : (read(this.#values.get(entry)) as V | undefined)
  }

  has(key: K): boolean {
    const entry = this.#find(key)
    return entry === undefined ? this.#ordinary.has(key) : this.#values.has(entry)
  }

  /** A new managed key is adopted, too. @throws UsageError `untraceable-field`, `foreign-object`; nothing changed */
  set(key: K, value: V): this {
    const known = this.#store.entryOf(key)
    const isTraced = known === undefined ? isManaged(key) : known.kind !== 'ordinary'
    const [stored, entry] = isTraced ? this.#store.encode([value, key], SITE) : []
    if (entry instanceof Entry && entry.kind !== 'ordinary') this.#values.set(entry, stored)
    else this.#ordinary.set(key, value)
    return this
  }

  /** @returns whether the key was there */
  delete(key: K): boolean {
    const entry = this.#find(key)
    return entry === undefined ? this.#ordinary.delete(key) : this.#values.delete(entry)
  }

  #find(key: K): Entry | undefined {
    const entry = this.#store.entryOf(key)
    return entry?.kind === 'ordinary' ? undefined : entry
  }
}
