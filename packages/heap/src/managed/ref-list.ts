/** A list of references, or of anything else that a field may hold, shaped like an array. */
import { registerBase } from './layout.js'
import { Members } from './members.js'
import { membersOf, RefCollection } from './ref-collection.js'

class ListMembers extends Members {
  /** The positions in the order of the list. */
  readonly order: number[] = [];
  *paths(): Iterable<readonly [string, number]> {
    for (let index = 0; index < this.order.length; index++) yield [`[${index}]`, this.order[index]]
  }
}

const listOf = (list: object): ListMembers => membersOf(list) as ListMembers

export class RefList<T> extends RefCollection {
  constructor(items: Iterable<T> = []) {
    super(new ListMembers())
    for (const item of items) this.push(item)
  }

  get length(): number {
    return listOf(this).order.length
  }

  /** The item at an index, counted from the end when negative; undefined outside the list. O(1). */
  at(index: number): T | undefined {
    const list = listOf(this)
    const position = list.order.at(index)
    return position === undefined ? undefined : (list.value(position) as T)
  }

  /**
   * Replaces the item at an index of the list. O(1).
   * @throws RangeError, UsageError `untraceable-field`, `foreign-object`
   */
  set(index: number, item: T): void {
    const list = listOf(this)
    if (!(index in list.order)) throw new RangeError(`no item at ${index}`)
    const [stored] = list.encode([item], () => `[${index}]`)
    list.replace(list.order[index], stored)
  }

  /** Appends all items, or none when one is refused. @returns the new length. O(items). @throws UsageError as `set` */
  push(...items: T[]): number {
    const list = listOf(this)
    const { order } = list
    const stored = list.encode(items, (index) => `[${order.length + index}]`)
    for (const one of stored) order.push(list.add(one))
    return order.length
  }

  /** Takes the last item off. O(1). */
  pop(): T | undefined {
    const item = this.at(-1)
    const list = listOf(this)
    const position = list.order.pop()
    if (position !== undefined) list.delete(position)
    return item
  }

  /**
   * As an array's: takes items out, puts others in their place, returns those taken out; nothing when one is refused.
   * O(length).
   */
  splice(start: number, deleteCount = Number.POSITIVE_INFINITY, ...items: T[]): T[] {
    const list = listOf(this)
    const { order } = list
    const first = start < 0 ? Math.max(order.length + start, 0) : Math.min(start, order.length)
    const count = Math.max(0, Math.min(deleteCount, order.length - first))
    const added = list.encode(items, (index) => `[${first + index}]`).map((stored) => list.add(stored))
    const removed = order.splice(first, count, ...added)
    const taken = removed.map((position) => list.value(position) as T)
    for (const position of removed) list.delete(position)
    return taken
  }

  /** Takes out the first item that is this one. @returns whether there was one. O(length). */
  remove(item: T): boolean {
    const index = this.indexOf(item)
    if (index >= 0) this.splice(index, 1)
    return index >= 0
  }

  includes(item: T): boolean {
    return this.indexOf(item) >= 0
  }

  /** Where an item is first, NaN too, or -1. O(length). */
  indexOf(item: T): number {
    const list = listOf(this)
    const wanted = list.find(item)
    if (wanted === undefined && item !== undefined) return -1
    return list.order.findIndex((position) => {
      const stored = list.stored(position)
      return stored === wanted || (Number.isNaN(stored) && Number.isNaN(wanted))
    })
  }

  clear(): void {
    this.splice(0)
  }

  *[Symbol.iterator](): IterableIterator<T> {
    const list = listOf(this)
    for (let index = 0; index < list.order.length; index++) yield list.value(list.order[index]) as T
  }

  values(): IterableIterator<T> {
    return this[Symbol.iterator]()
  }
}

registerBase(RefList)
