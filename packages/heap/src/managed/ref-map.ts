/** Strings or numbers to references, or to anything else that a field may hold, shaped like a Map. */
import { keyPath } from './key-path.js'
import { registerBase } from './layout.js'
import { Members } from './members.js'
import { membersOf, RefCollection } from './ref-collection.js'
import { refusal } from './refusal.js'

class MapMembers extends Members {
  readonly positions = new Map<string | number, number>();
  *paths(): Iterable<readonly [string, number]> {
    for (const [key, position] of this.positions) yield [keyPath(key), position]
  }
}

const mapOf = (map: object): MapMembers => membersOf(map) as MapMembers

export class RefMap<K extends string | number, V> extends RefCollection {
  constructor(entries: Iterable<readonly [K, V]> = []) {
    super(new MapMembers())
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return mapOf(this).size
  }

  has(key: K): boolean {
    return mapOf(this).positions.has(key)
  }

  /** O(1). */
  get(key: K): V | undefined {
    const map = mapOf(this)
    const position = map.positions.get(key)
    return position === undefined ? undefined : (map.value(position) as V)
  }

  /** O(1). @throws UsageError `untraceable-field`, `foreign-object` */
  set(key: K, value: V): this {
    if (typeof key !== 'string' && typeof key !== 'number') {
      throw refusal('untraceable-field', 'a key is a string or a number', { className: 'RefMap', field: 'key' })
    }
    const map = mapOf(this)
    const [stored] = map.encode([value], () => keyPath(key))
    const position = map.positions.get(key)
    if (position === undefined) map.positions.set(key, map.add(stored))
    else map.replace(position, stored)
    return this
  }

  /** @returns whether the key was there. O(1). */
  delete(key: K): boolean {
    const map = mapOf(this)
    const position = map.positions.get(key)
    if (position === undefined) return false
    map.positions.delete(key)
    map.delete(position)
    return true
  }

  clear(): void {
    for (const key of this.keys()) this.delete(key)
  }

  keys(): IterableIterator<K> {
    return mapOf(this).positions.keys() as IterableIterator<K>
  }

  *entries(): IterableIterator<[K, V]> {
    const map = mapOf(this)
    for (const [key, position] of map.positions) yield [key as K, map.value(position) as V]
  }

  *values(): IterableIterator<V> {
    const map = mapOf(this)
    for (const position of map.positions.values()) yield map.value(position) as V
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries()
  }

  forEach(visit: (value: V, key: K, map: this) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}

registerBase(RefMap)
