/**
 * References and primitives, each once, shaped like a Set. Plain data is refused: a copy of it would be another member
 * each time.
 */
import { Entry } from './entry.js'
import { registerBase } from './layout.js'
import { Members } from './members.js'
import { membersOf, RefCollection } from './ref-collection.js'
import { type Place, refusal } from './refusal.js'
import { read } from './stored.js'

class SetMembers extends Members {
  /** Keyed by the members as they are kept. */
  positions = new Map<unknown, number>();
  *paths(): Iterable<readonly [string, number]> {
    let index = 0
    for (const position of this.positions.values()) yield [`[${index++}]`, position]
  }

  override check(stored: unknown, place: () => Place): void {
    if (typeof stored === 'object' && stored !== null && !(stored instanceof Entry))
      throw refusal('untraceable-field', 'plain data has no identity: use a RefList', place())
  }

  protected override rekey(): void {
    const positions = Array.from(this.positions.values(), (position) => [this.stored(position), position] as const)
    this.positions = new Map(positions)
  }
}

const setOf = (set: object): SetMembers => membersOf(set) as SetMembers

export class RefSet<T> extends RefCollection {
  constructor(members: Iterable<T> = []) {
    super(new SetMembers())
    for (const member of members) this.add(member)
  }

  get size(): number {
    return setOf(this).size
  }

  /** O(1). */
  has(member: T): boolean {
    const set = setOf(this)
    return set.positions.has(set.find(member) ?? member)
  }

  /** O(1). @throws UsageError `untraceable-field`, `foreign-object` */
  add(member: T): this {
    const set = setOf(this)
    if (this.has(member)) return this
    const [stored] = set.encode([member], () => `[${set.size}]`)
    set.positions.set(stored, set.add(stored))
    return this
  }

  /** @returns whether the member was there. O(1). */
  delete(member: T): boolean {
    const set = setOf(this)
    const stored = set.find(member) ?? member
    const position = set.positions.get(stored)
    if (position === undefined) return false
    set.positions.delete(stored)
    set.delete(position)
    return true
  }

  clear(): void {
    for (const member of this.values()) this.delete(member)
  }

  *values(): IterableIterator<T> {
    for (const stored of setOf(this).positions.keys()) yield read(stored) as T
  }

  keys(): IterableIterator<T> {
    return this.values()
  }

  *entries(): IterableIterator<[T, T]> {
    for (const member of this.values()) yield [member, member]
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.values()
  }

  forEach(visit: (member: T, same: T, set: this) => void): void {
    for (const member of this.values()) visit(member, member, this)
  }
}

registerBase(RefSet)
