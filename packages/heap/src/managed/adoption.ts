/**
 * Takes instances of managed classes into a heap, with all that only they lead to: first plans everything, which may
 * refuse, then carries it out, which may not. So a field that is refused leaves all as it was. No recursion, however
 * long a list is.
 */
import { UsageError } from '@holdfast/core'
import type { AccessorMaker } from './accessors.js'
import { Entry, type Site } from './entry.js'
import { type Layout, layoutOf } from './layout.js'
import { entryOf, isManaged, type Managed } from './managed.js'
import { MEMBERS, type Members } from './members.js'
import { copyOf, type DataGuard } from './plain-data.js'
import { membersOf } from './ref-collection.js'
import { classNameOf, type Place, refusal } from './refusal.js'
import { Unfreezable } from './stored.js'

/** What an adoption needs of the heap it adopts for. */
export interface AdoptingHeap {
  readonly accessors: AccessorMaker
  /** The entry of an object or import of this heap. @throws UsageError `foreign-object`, `disposed` */
  entryOf(object: object): Entry | undefined
  /** Whether it stands for an object elsewhere. */
  isRemote(object: object): boolean
  /** Makes room. @throws LimitError, nothing changed */
  reserve(objects: number, references: number): void
  becomeManaged(instance: Managed, layout: Layout): Entry
  becomeOrdinary(instance: object): void
  refer(from: Entry['handle'], to: Entry): void
  warnPinned(place: Place): void
}

interface Plan {
  readonly instance: Managed
  readonly layout: Layout
  readonly names: readonly string[]
  /** Of the names; an instance stands for the entry that it will have. */
  readonly values: readonly unknown[]
  readonly members: Members | null
  /** How each position of the members is kept. */
  readonly items: Map<number, unknown> | null
}

const UNTRACEABLE = 'untraceable-field'

export class Adoption {
  readonly #heap: AdoptingHeap
  readonly #seen = new Set<Managed>()
  readonly #queue: Managed[] = []
  readonly #plans: Plan[] = []
  readonly #pinned: { readonly instance: Managed; readonly place: Place }[] = []

  constructor(heap: AdoptingHeap) {
    this.#heap = heap
  }

  /**
   * Adopts whatever is new among values and turns them into what is kept.
   * @throws UsageError, LimitError, nothing changed
   */
  encode(values: readonly unknown[], { className, fieldOf }: Site): unknown[] {
    const planned: unknown[] = []
    for (let index = 0; index < values.length; index++) {
      planned.push(this.#plan(values[index], () => ({ className, field: fieldOf(index) })))
    }
    this.#run()
    return planned.map((value) => this.#final(value))
  }

  /** Adopts an instance. */
  adopt(instance: Managed): void {
    this.#enqueue(instance)
    this.#run()
  }

  #run(): void {
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) this.#planInstance(next)
    this.#commit()
  }

  /** A value as it will be kept, or an instance that will be adopted. */
  #plan(value: unknown, place: () => Place): unknown {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value
    const managed = isManaged(value)
    const known = managed || this.#heap.isRemote(value) ? this.#known(value, place) : undefined
    if (known !== undefined) return known
    if (managed) {
      this.#enqueue(value)
      return value
    }
    if (typeof value === 'function') throw this.#refused(value, place())
    const { copy, isFrozen } = copyOf(value, this.#guard(place))
    return isFrozen ? copy : new Unfreezable(copy)
  }

  #known(object: object, place: () => Place): Entry | undefined {
    try {
      return this.#heap.entryOf(object)
    } catch (error) {
      throw error instanceof UsageError ? refusal(error.code, 'it stands for nothing of this node', place()) : error
    }
  }

  #guard(place: () => Place): DataGuard {
    return {
      isReference: (part) => isManaged(part) || this.#heap.isRemote(part),
      refuse: (part, path) => {
        const { className, field } = place()
        throw this.#refused(part, { className, field: field + path })
      },
    }
  }

  #refused(part: object, place: Place): UsageError {
    if (isManaged(part) || this.#heap.isRemote(part))
      return refusal(UNTRACEABLE, 'references are kept in fields, RefList, RefMap and RefSet, not in plain data', place)
    const what = typeof part === 'function' ? 'a function' : classNameOf(Object.getPrototypeOf(part) as object | null)
    return refusal(UNTRACEABLE, `${what} cannot be traced`, place)
  }

  #enqueue(instance: Managed): void {
    if (this.#seen.has(instance)) return
    this.#seen.add(instance)
    this.#queue.push(instance)
  }

  #planInstance(instance: Managed): void {
    const layout = layoutOf(Object.getPrototypeOf(instance) as object)
    const queued = this.#queue.length
    try {
      this.#plans.push(this.#planFields(instance, layout))
    } catch (error) {
      if (!layout.pin || !(error instanceof UsageError)) throw error
      // What only it leads to stays as it is.
      for (const child of this.#queue.splice(queued)) this.#seen.delete(child)
      this.#pinned.push({ instance, place: error.data as unknown as Place })
    }
  }

  #planFields(instance: Managed, layout: Layout): Plan {
    const { className, privateName } = layout
    if (privateName !== null)
      throw refusal(UNTRACEABLE, 'a private member cannot be traced: make it an ordinary one', {
        className,
        field: privateName,
      })
    if (!layout.canInstantiate)
      throw refusal(UNTRACEABLE, 'its prototype has another', { className, field: 'constructor' })
    const names: string[] = []
    const values: unknown[] = []
    for (const key of Reflect.ownKeys(instance)) {
      const field = String(key)
      const property = Object.getOwnPropertyDescriptor(instance, key)
      if (typeof key === 'symbol' || !property?.enumerable || !property.configurable || !('value' in property))
        throw refusal(UNTRACEABLE, 'only ordinary fields with string names can be traced', { className, field })
      if (layout.hasMember(key)) throw refusal(UNTRACEABLE, 'the class has a member of that name', { className, field })
      names.push(key)
      const value: unknown = property.value
      const isPrimitive = value === null || (typeof value !== 'object' && typeof value !== 'function')
      values.push(isPrimitive ? value : this.#plan(value, () => ({ className, field })))
    }
    const members = membersOf(instance)
    return { instance, layout, names, values, members, items: members && this.#planMembers(members, className) }
  }

  #planMembers(members: Members, className: string): Map<number, unknown> {
    const items = new Map<number, unknown>()
    for (const [path, position] of members.paths()) {
      const place = (): Place => ({ className, field: path })
      const stored = this.#plan(members.stored(position), place)
      if (!isInstance(stored)) members.check(stored, place)
      items.set(position, stored)
    }
    return items
  }

  #commit(): void {
    const plans = this.#plans
    let references = 0
    let pages = 0
    for (const { instance, values, items } of plans) {
      // A getter or a proxy in plain data has run code.
      if (entryOf(instance) !== null) throw new UsageError('re-entered', 'it was adopted while being read')
      const size = items?.size ?? 0
      references += values.filter(isReference).length + 2 * size
      pages += size
    }
    this.#heap.reserve(plans.length + this.#pinned.length + (pages >> 5), references)
    for (const { layout, names } of plans) layout.define(names, this.#heap.accessors)
    for (const { instance, place } of this.#pinned) {
      this.#heap.becomeOrdinary(instance)
      this.#heap.warnPinned(place)
    }
    const entries = plans.map(({ instance, layout }) => this.#heap.becomeManaged(instance, layout))
    for (let index = 0; index < plans.length; index++) this.#fill(plans[index], entries[index])
  }

  #fill({ instance, layout, names, values, members, items }: Plan, entry: Entry): void {
    const state = layout.createState()
    for (let index = 0; index < names.length; index++) {
      const stored = this.#final(values[index])
      state[names[index]] = stored
      if (stored instanceof Entry) this.#heap.refer(entry.handle, stored)
    }
    // The last first: so V8 keeps the object in its fast form.
    for (let index = names.length - 1; index >= 0; index--) Reflect.deleteProperty(instance, names[index])
    Object.preventExtensions(instance)
    entry.state = state
    if (members === null || items === null) return
    state[MEMBERS] = members
    for (const [position, value] of items) items.set(position, this.#final(value))
    members.attach(entry, items)
  }

  #final(value: unknown): unknown {
    return isInstance(value) ? this.#heap.entryOf(value) : value
  }
}

const isReference = (value: unknown): boolean => value instanceof Entry || isInstance(value)

const isInstance = (value: unknown): value is Managed =>
  typeof value === 'object' && value !== null && !(value instanceof Entry) && isManaged(value)
