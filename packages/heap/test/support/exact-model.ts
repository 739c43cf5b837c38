/**
 * A program with a managed heap whose ordinary objects refer to others by a Map, so that a few lines can answer like V8. What lives is known
 * from a model that names objects by number and never holds one.
 */
import { Random } from '@holdfast/core'
import { expect } from 'vitest'
import { type ExactProbe, Managed, type Unreachable } from '../../src/managed/index.js'
import type { Handle } from '../../src/object-heap/index.js'
import { ManagedWorld, macrotask } from './managed-world.js'

/** An ordinary object. */
export interface Plain {
  readonly id: number
  readonly refs: Map<number, Thing>
}

export class Box extends Managed {
  readonly id: number
  left: Thing | null = null
  right: Thing | null = null
  constructor(id: number) {
    super()
    this.id = id
  }
}

export type Thing = Plain | Box

const SIDES = ['left', 'right'] as const
const DEEDS = ['create', 'create', 'store', 'store', 'store', 'cut', 'take', 'drop', 'drop'] as const
const MESSAGES = ['share', 'unshare', 'receive', 'message'] as const

/** What V8 would say. Managed objects and what stands for imports refer to nothing by themselves. */
export function answerLikeV8({ tagged }: ExactProbe, roots: Iterable<Thing>): Unreachable {
  const named = new Map<object, Handle>([...tagged].map(([handle, object]) => [object, handle]))
  const next = (thing: Thing): Iterable<Thing> => (thing instanceof Box ? [] : thing.refs.values())
  const reached = new Set<Thing>(roots)
  for (const thing of reached) for (const target of next(thing)) reached.add(target)
  const unreachable = new Map<Handle, Handle[]>()
  for (const [handle, object] of tagged as ReadonlyMap<Handle, Thing>) {
    const between = new Set(reached.has(object) ? [] : next(object))
    for (const thing of between) if (!named.has(thing)) for (const target of next(thing)) between.add(target)
    const found = [...between].flatMap((thing) => named.get(thing) ?? [])
    if (!reached.has(object)) unreachable.set(handle, found)
  }
  return unreachable
}

export class ExactModel {
  readonly world: ManagedWorld
  /** What the program's variables hold. */
  readonly held = new Map<number, Thing>()
  readonly #random: Random
  /** By number: what an object refers to, by the place that does. */
  readonly #edges = new Map<number, Map<string, number>>()
  readonly #handles = new Map<number, Handle>()
  readonly #exported = new Set<number>()
  #nextId = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.world = new ManagedWorld((handle) => ({ id: this.world.heap.importOf(handle), refs: new Map() }))
  }

  /** One deed of the program, or of a message that arrives. */
  step(mayReceive: boolean): void {
    this[this.#random.pick(mayReceive ? [...DEEDS, ...MESSAGES] : DEEDS)]()
  }

  create(): void {
    const id = this.#nextId++
    const kind = this.#random.below(4)
    this.#edges.set(id, new Map())
    const thing = kind === 0 ? new Box(id) : { id, refs: new Map() }
    this.held.set(id, thing)
    if (kind < 3) this.#handles.set(id, this.world.managed.referTo(thing))
  }

  receive(): void {
    const id = this.#nextId++
    this.#edges.set(id, new Map())
    this.held.set(id, this.world.receive(id) as Plain)
    this.#handles.set(id, this.world.managed.referTo(this.held.get(id) as Thing))
  }

  store(): void {
    const [from, to] = [this.#walk(), this.#walk()]
    const edges = this.#edges.get(from.id) as Map<string, number>
    if (from instanceof Box) {
      const side = this.#random.pick(SIDES)
      if (!(to instanceof Box) && !this.#isRemote(to)) return
      from[side] = to
      edges.set(side, to.id)
    } else if (!this.#isRemote(from)) {
      from.refs.set(to.id, to)
      edges.set(String(to.id), to.id)
    }
  }

  cut(): void {
    const from = this.#walk()
    const edges = this.#edges.get(from.id) as Map<string, number>
    if (edges.size === 0) return
    const place = this.#random.pick([...edges.keys()])
    if (from instanceof Box) from[place as 'left'] = null
    else from.refs.delete(Number(place))
    edges.delete(place)
  }

  take(): void {
    const thing = this.#walk()
    this.held.set(thing.id, thing)
  }

  drop(): void {
    if (this.held.size > 1) this.held.delete(this.#random.pick([...this.held.keys()]))
  }

  share(): void {
    const thing = this.#walk()
    if (this.#isRemote(thing)) return
    this.#handles.set(thing.id, this.world.export(thing))
    this.#exported.add(thing.id)
  }

  unshare(): void {
    if (this.#exported.size === 0) return
    const id = this.#random.pick([...this.#exported])
    this.#exported.delete(id)
    this.world.unexport(this.#handles.get(id) as Handle)
  }

  /** Another node calls an object, which may keep what it comes by. */
  message(): void {
    if (this.#exported.size === 0) return
    const id = this.#random.pick([...this.#exported])
    const handle = this.world.heap.arrive(this.#handles.get(id) as Handle)
    const start = this.world.managed.representativeOf(handle) as Thing
    expect(start.id).toBe(id)
    const from = this.#follow(start)
    const to = this.#follow(start)
    this.held.set(from.id, from)
    this.held.set(to.id, to)
    this.world.heap.unpin(handle)
  }

  /** Nothing is held or exported any more. */
  letGoOfAll(): void {
    this.held.clear()
    for (const id of this.#exported) this.world.unexport(this.#handles.get(id) as Handle)
    this.#exported.clear()
  }

  /** Asks and collects, with nothing in between. */
  async exactCollect(): Promise<void> {
    await this.world.collect()
    await this.world.collect()
    const probe = this.world.managed.exactProbe()
    await macrotask()
    this.world.managed.applyExact(probe, answerLikeV8(probe, this.held.values()))
    await this.world.collect()
  }

  /** The numbers of all that has a handle and is reachable, and of all whose handle is good. */
  liveAndKept(): { live: number[]; kept: number[] } {
    const live = new Set([...this.held.keys(), ...this.#exported])
    for (const id of live) for (const target of (this.#edges.get(id) as Map<string, number>).values()) live.add(target)
    const ids = [...this.#handles.keys()]
    const kept = ids.filter((id) => this.world.heap.resolves(this.#handles.get(id) as Handle))
    return { live: ids.filter((id) => live.has(id)), kept }
  }

  #isRemote(thing: Thing): boolean {
    return (
      this.world.managed.describe(this.#handles.get(thing.id) ?? this.world.managed.referTo(thing)).kind === 'remote'
    )
  }

  #walk(): Thing {
    if (this.held.size === 0) this.create()
    return this.#follow(this.#random.pick([...this.held.values()]))
  }

  /** Follows references, comparing each with the model. */
  #follow(start: Thing): Thing {
    let thing = start
    for (let steps = this.#random.below(4); steps > 0; steps--) {
      const edges = this.#edges.get(thing.id) as Map<string, number>
      if (edges.size === 0) return thing
      const place = this.#random.pick([...edges.keys()])
      const next = thing instanceof Box ? thing[place as 'left'] : thing.refs.get(Number(place))
      expect([place, next?.id]).toEqual([place, edges.get(place)])
      thing = next as Thing
    }
    return thing
  }
}
