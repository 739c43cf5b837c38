/**
 * What a collection keeps: values at positions. Before the collection is adopted these are the values themselves,
 * afterwards they are as fields keep them, with a reference in the heap for each that is a reference. Shared by all
 * representatives of a collection, one after the other.
 */
import { Entry } from './entry.js'
import { Pages } from './pages.js'
import type { Place } from './refusal.js'
import { read } from './stored.js'

/** Under which the state of a collection holds its members: no field can have this name. */
export const MEMBERS = Symbol('members')

/** No free position. */
const NONE = -1

export abstract class Members {
  #owner: Entry | null = null
  #pages: Pages | null = null
  /** Free positions are linked: each holds the next. */
  #items: unknown[] = []
  #firstFree = NONE
  #size = 0

  get size(): number {
    return this.#size
  }

  /** How code reaches each position, below the collection: `[3]`, `['al']`. */
  abstract paths(): Iterable<readonly [path: string, position: number]>

  /** Refuses what this collection cannot keep although a field could. @throws UsageError `untraceable-field` */
  check(_stored: unknown, _place: () => Place): void {}

  /** Every member has another form now. */
  protected rekey(): void {}

  /**
   * Values as they are kept; nothing has changed when one is refused.
   * @param fieldOf names the place of the value with that index
   * @throws UsageError `untraceable-field`, `foreign-object`
   */
  encode(values: readonly unknown[], fieldOf: (index: number) => string): readonly unknown[] {
    const owner = this.#owner
    if (owner === null) return values
    const className = owner.layout?.className ?? ''
    const stored = owner.heap.encode(values, { className, fieldOf })
    for (let at = 0; at < stored.length; at++) this.check(stored[at], () => ({ className, field: fieldOf(at) }))
    return stored
  }

  /** How a value is kept if it is; undefined if it is not. */
  find(value: unknown): unknown {
    return this.#owner === null ? value : this.#owner.heap.find(value)
  }

  /** As it is kept. O(1). */
  stored(position: number): unknown {
    return this.#items[position]
  }

  /** As code sees it. O(1). */
  value(position: number): unknown {
    return read(this.#items[position])
  }

  /** @param stored as it is kept. @returns its position. O(1) */
  add(stored: unknown): number {
    const position = this.#firstFree === NONE ? this.#items.length : this.#firstFree
    this.#refer(position, stored)
    if (position < this.#items.length) this.#firstFree = this.#items[position] as number
    this.#items[position] = stored
    this.#size++
    return position
  }

  /** Puts another in its place. O(1). */
  replace(position: number, stored: unknown): void {
    const old = this.#items[position]
    this.#refer(position, stored)
    this.#items[position] = stored
    this.#unrefer(position, old)
  }

  /** O(1). */
  delete(position: number): void {
    const old = this.#items[position]
    this.#items[position] = this.#firstFree
    this.#firstFree = position
    if (--this.#size === 0) {
      this.#items = []
      this.#firstFree = NONE
    }
    this.#unrefer(position, old)
  }

  /** The collection is adopted. @param planned each position and how its value is kept from now on */
  attach(owner: Entry, planned: ReadonlyMap<number, unknown>): void {
    this.#owner = owner
    this.#pages = new Pages(owner)
    for (const [position, stored] of planned) {
      this.#items[position] = stored
      this.#refer(position, stored)
    }
    this.rekey()
  }

  #refer(position: number, stored: unknown): void {
    if (stored instanceof Entry) this.#pages?.refer(position, stored)
  }

  #unrefer(position: number, stored: unknown): void {
    if (stored instanceof Entry) this.#pages?.unrefer(position, stored)
  }
}
