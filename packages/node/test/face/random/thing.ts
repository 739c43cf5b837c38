/**
 * The objects of a random run, of a managed class and of an ordinary one, with the same methods: what they refer to changes by calls, and
 * each change is written into the journal in the same turn. From other nodes they look the same, but for what methods return.
 */
import { Managed, RefList, RefMap, RefSet } from '@holdfast/heap/managed'
import type { Kind, ObjectRecord } from './journal.js'

type Eventual<T> = T | PromiseLike<T>

/** An object and its number. */
export interface Found {
  readonly id: number
  readonly object: Thing
}

/** How an object refers to another. */
export type Slot = 'next' | 'list' | 'map' | 'set'

/** An object, or what stands for one of another node. */
export interface Thing {
  readonly id: Eventual<number>
  /** Its number, by a call. */
  tell(): Eventual<number>
  link(slot: Slot, key: string, target: Found): Eventual<void>
  unlink(slot: Slot, key: string): Eventual<void>
  /** One of those it refers to, counted round; null if there is none. */
  pick(index: number): Eventual<Found | null>
  neighbours(): AsyncIterable<Found>
  visit(callback: (found: Found) => unknown): PromiseLike<void>
  make(kind: Kind): Eventual<Found>
  /** Gives something to this object's node. */
  keep(found: Found): Eventual<void>
  echo(object: Thing): Eventual<Thing>
  fail(object: Thing): Eventual<never>
  /** Comes to its end when the gate is opened; keeps what it was given for so long. */
  wait(gate: number, found: Found): Eventual<Found>
  /** Visits all that can be reached from here, once in a walk. */
  walk(walk: number): PromiseLike<void>
}

/** What objects need of the world that they are in. */
export interface Surroundings {
  record(id: number): ObjectRecord
  isThere(id: number): boolean
  /** Makes an object on the node of another. */
  makeBeside(neighbour: ObjectRecord, kind: Kind): Found
  /** Ordinary code of the node of an object takes something in hand. */
  keepBeside(neighbour: ObjectRecord, found: Found): void
  /** Resolves when the gate opens; the ids are in use until then. */
  gate(gate: number, keeper: ObjectRecord, id: number): Promise<void>
  /** @returns whether this is the first visit */
  visit(walk: number, id: number): boolean
}

interface Collected {
  values(): Iterable<Thing>
}

interface Links {
  next: Thing | null
  readonly list: Iterable<Thing> & { push(thing: Thing): unknown; splice(from: number, count: number): unknown }
  readonly map: Collected & { set(key: string, thing: Thing): unknown; delete(key: string): unknown }
  readonly set: Collected & { add(thing: Thing): unknown; delete(thing: Thing): unknown }
}

const LONG_TEXT = 'x'.repeat(100)

class ManagedLinks extends Managed implements Links {
  id = 0
  body = { text: LONG_TEXT }
  next: Thing | null = null
  list = new RefList<Thing>()
  map = new RefMap<string, Thing>()
  set = new RefSet<Thing>()
}

class OrdinaryLinks implements Links {
  id = 0
  next: Thing | null = null
  readonly list: Thing[] = []
  readonly map = new Map<string, Thing>()
  readonly set = new Set<Thing>()
}

/** Entries of a heap for one managed object: itself and three collections. */
export const ENTRIES_PER_MANAGED = 4

// oxlint-disable-next-line typescript/no-explicit-any -- what a mixin must take
type LinksClass = new (...args: any[]) => Links & { id: number }

/** The two classes of a world. */
export interface ThingClasses {
  readonly managed: new () => Thing & Links & { id: number; body: object }
  readonly ordinary: new () => Thing & Links & { id: number }
}

export function thingClasses(around: Surroundings): ThingClasses {
  return {
    managed: acting(ManagedLinks, around) as unknown as ThingClasses['managed'],
    ordinary: acting(OrdinaryLinks, around),
  }
}

/** All references of an object, with their numbers; those to objects that are lost with their node are left out. */
function foundIn({ next, list, map, set }: Links, record: ObjectRecord, around: Surroundings): Found[] {
  const objects = [...(next === null ? [] : [next]), ...list, ...map.values(), ...set.values()]
  const ids = [...(record.next === null ? [] : [record.next]), ...record.list, ...record.map.values(), ...record.set]
  if (objects.length !== ids.length) throw new Error(`object ${record.id} has ${objects.length} of ${ids.length}`)
  return ids.map((id, index) => ({ id, object: objects[index] })).filter(({ id }) => around.isThere(id))
}

/** Changes the object first: where that is refused, the journal stays as it was. */
const LINK: Record<Slot, (links: Links, record: ObjectRecord, change: { key: string; target: Found }) => void> = {
  next(links, record, { target: { id, object } }) {
    links.next = object
    record.next = id
  },
  list(links, record, { target: { id, object } }) {
    links.list.push(object)
    record.list.push(id)
  },
  map(links, record, { key, target: { id, object } }) {
    links.map.set(key, object)
    record.map.set(key, id)
  },
  set(links, record, { target: { id, object } }) {
    links.set.add(object)
    record.set.add(id)
  },
}

const UNLINK: Record<Slot, (links: Links, record: ObjectRecord, key: string) => void> = {
  next(links, record) {
    links.next = null
    record.next = null
  },
  list(links, record, key) {
    const index = record.list.length === 0 ? 0 : key.charCodeAt(0) % record.list.length
    links.list.splice(index, 1)
    record.list.splice(index, 1)
  },
  map(links, record, key) {
    links.map.delete(key)
    record.map.delete(key)
  },
  set(links, record) {
    const [first] = links.set.values()
    const [id] = record.set
    if (id === undefined) return
    links.set.delete(first)
    record.set.delete(id)
  },
}

function acting(Base: LinksClass, around: Surroundings) {
  return class Acting extends Base {
    tell(): number {
      return this.id
    }

    link(slot: Slot, key: string, target: Found): void {
      LINK[slot](this, around.record(this.id), { key, target })
    }

    unlink(slot: Slot, key: string): void {
      UNLINK[slot](this, around.record(this.id), key)
    }

    pick(index: number): Found | null {
      const found = foundIn(this, around.record(this.id), around)
      return found[index % found.length] ?? null
    }

    async *neighbours(): AsyncGenerator<Found> {
      yield* foundIn(this, around.record(this.id), around)
    }

    async visit(callback: (found: Found) => unknown): Promise<void> {
      for (const found of foundIn(this, around.record(this.id), around)) await callback(found)
    }

    make(kind: Kind): Found {
      return around.makeBeside(around.record(this.id), kind)
    }

    keep(found: Found): void {
      around.keepBeside(around.record(this.id), found)
    }

    echo(object: Thing): Thing {
      return object
    }

    fail(_object: Thing): never {
      throw new RangeError('as asked for')
    }

    async wait(gate: number, found: Found): Promise<Found> {
      await around.gate(gate, around.record(this.id), found.id)
      return found
    }

    async walk(walk: number): Promise<void> {
      if (!around.visit(walk, this.id)) return
      for (const { id, object } of foundIn(this, around.record(this.id), around)) {
        const told = await object.tell()
        if (told !== id) throw new Error(`object ${this.id} refers to ${told} and not to ${id}`)
        await object.walk(walk)
      }
    }
  }
}
