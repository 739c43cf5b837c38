/**
 * What the objects of a random run should be, in plain numbers. The objects write into it themselves, in the turn in which they change: so
 * it is true whatever becomes of the answer to the call that changed them. Nothing in it keeps an object alive.
 */

export type Kind = 'managed' | 'ordinary'

/** One object: where it lives, and to which others it refers, each by its number. */
export interface ObjectRecord {
  readonly id: number
  readonly kind: Kind
  /** The node on which it lives, and in which of its lifetimes. */
  readonly home: string
  readonly life: number
  next: number | null
  readonly list: number[]
  readonly map: Map<string, number>
  readonly set: Set<number>
  /** Something that V8 keeps exactly as long as the object's state. */
  state: WeakRef<object>
  /** Whether its node has said that it is gone. */
  isReclaimed: boolean
}

/** What a node's program has in hand. */
export interface HolderRecord {
  readonly name: string
  life: number
  readonly held: Map<number, unknown>
  readonly published: Map<string, number>
}

/** A method that runs, and keeps its object and an argument for so long. */
export interface Running {
  readonly home: string
  readonly life: number
  readonly ids: readonly number[]
}

export class Journal {
  readonly objects = new Map<number, ObjectRecord>()
  readonly holders: HolderRecord[] = []
  readonly running = new Set<Running>()
  #lastId = 0

  /** A new object without references. @param state see `ObjectRecord` */
  create(kind: Kind, { name, life }: HolderRecord, state: object): ObjectRecord {
    const record: ObjectRecord = {
      id: ++this.#lastId,
      kind,
      home: name,
      life,
      next: null,
      list: [],
      map: new Map(),
      set: new Set(),
      state: new WeakRef(state),
      isReclaimed: false,
    }
    this.objects.set(record.id, record)
    return record
  }

  /** @throws if it was found to be garbage before */
  record(id: number): ObjectRecord {
    const record = this.objects.get(id)
    if (record === undefined) throw new Error(`object ${id} came back from the dead`)
    return record
  }

  /** Whether its node still has the lifetime in which it was made. */
  isThere(id: number): boolean {
    const record = this.objects.get(id)
    return record !== undefined && this.#lifeOf(record.home) === record.life
  }

  /** What an object refers to, one for each reference, gone ones left out. O(references) */
  referencesOf({ next, list, map, set }: ObjectRecord): number[] {
    const all = [...(next === null ? [] : [next]), ...list, ...map.values(), ...set]
    return all.filter((id) => this.isThere(id))
  }

  /** What ordinary code at a node keeps: its table, its published names, methods that run. */
  rootsOf({ name, life, held, published }: HolderRecord): Set<number> {
    const roots = new Set([...held.keys(), ...published.values()])
    for (const { home, life: then, ids } of this.running) {
      if (home === name && then === life) for (const id of ids) roots.add(id)
    }
    return new Set([...roots].filter((id) => this.isThere(id)))
  }

  #lifeOf(home: string): number | undefined {
    return this.holders.find(({ name }) => name === home)?.life
  }
}
