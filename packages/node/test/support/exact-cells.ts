/**
 * Programs on several nodes that pass cells to each other: functions, plain objects and managed ones, each of which leads to others. What
 * lives is known from a model that names cells by number and holds none.
 */
import { Random } from '@holdfast/core'
import { Managed, RefMap } from '@holdfast/heap/managed'
import { byReference, type HoldfastNode } from '../../src/index.js'

type Op = 'id' | 'put' | 'cut' | 'get'
type Act = (op: Op, id?: number, other?: unknown) => unknown
type Kind = 'function' | 'plain' | 'managed'
/** Near or far. */
type Cell = object

interface Known {
  readonly home: number
  readonly kind: Kind
  readonly edges: Set<number>
  /** Of what a cell has inside, managed ones left out: theirs comes and goes. */
  readonly body: WeakRef<object> | null
}

const KINDS: readonly Kind[] = ['function', 'function', 'plain', 'managed']

/** In a scope that has nothing else. */
function actOn(id: number, refs: Map<number, unknown>): Act {
  return (op, other = 0, value) => {
    if (op === 'put') refs.set(other, value)
    if (op === 'cut') refs.delete(other)
    return op === 'get' ? refs.get(other) : id
  }
}

class ManagedCell extends Managed {
  readonly id: number
  readonly refs = new RefMap<number, object>()
  constructor(id: number) {
    super()
    this.id = id
  }
  act(op: Op, other = 0, value: object | null = null): unknown {
    if (op === 'put' && value !== null) this.refs.set(other, value)
    if (op === 'cut') this.refs.delete(other)
    return op === 'get' ? this.refs.get(other) : this.id
  }
}

function makeCell(id: number, kind: Kind): { cell: Cell; body: WeakRef<object> | null } {
  if (kind === 'managed') return { cell: new ManagedCell(id), body: null }
  const refs = new Map<number, unknown>()
  const act = actOn(id, refs)
  return { cell: kind === 'function' ? act : byReference({ act }), body: new WeakRef(refs) }
}

export class ExactCells {
  readonly #nodes: readonly HoldfastNode[]
  readonly #random: Random
  readonly #known = new Map<number, Known>()
  /** What variables of each node's program hold. */
  readonly #held: Map<number, Cell>[]
  readonly wrongs: string[] = []
  #nextId = 0

  constructor(nodes: readonly HoldfastNode[], seed: number) {
    this.#nodes = nodes
    this.#random = new Random(seed)
    this.#held = nodes.map(() => new Map<number, Cell>())
    for (const [home, node] of nodes.entries())
      node.publish(
        'make',
        byReference(() => this.#make(home)[1]),
      )
  }

  async steps(count: number): Promise<void> {
    for (let step = 0; step < count; step++) {
      await this[
        this.#random.pick(['make', 'order', 'put', 'put', 'put', 'cut', 'take', 'take', 'drop', 'drop'] as const)
      ]()
    }
  }

  /** Asks everything that is reachable who it is. */
  async visitAll(): Promise<void> {
    for (const [at, held] of this.#held.entries()) {
      const seen = new Set<number>()
      for (const id of held.keys()) await this.#visit(at, { id, cell: held.get(id) as Cell }, seen)
    }
  }

  letGoOfAll(): void {
    for (const held of this.#held) held.clear()
    for (const node of this.#nodes) node.unpublish('make')
  }

  /** Cells, managed ones left out, whose inside is still there. */
  get there(): number[] {
    return [...this.#known].flatMap(([id, { body }]) => (body?.deref() === undefined ? [] : id))
  }

  /** Cells, managed ones left out, that some program can get at. */
  get live(): number[] {
    const live = new Set(this.#held.flatMap((held) => [...held.keys()]))
    for (const id of live) for (const target of this.#edges(id)) live.add(target)
    return [...this.#known].flatMap(([id, { kind }]) => (live.has(id) && kind !== 'managed' ? id : []))
  }

  make(): void {
    const at = this.#random.below(this.#nodes.length)
    const [id, cell] = this.#make(at)
    this.#held[at].set(id, cell)
  }

  /** Has another node make one. */
  async order(): Promise<void> {
    const at = this.#random.below(this.#nodes.length)
    const home = (at + 1) % this.#nodes.length
    const id = this.#nextId
    const make = await this.#nodes[at].lookup<() => Cell>(this.#nodes[home].id, 'make')
    this.#held[at].set(id, await make())
  }

  async put(): Promise<void> {
    const at = this.#random.below(this.#nodes.length)
    const [from, to] = [await this.#walk(at), await this.#walk(at)]
    if (from === null || to === null || !this.#canRefer(from.id, to.id)) return
    await this.#ask(from, 'put', to)
    this.#edges(from.id).add(to.id)
  }

  async cut(): Promise<void> {
    const from = await this.#walk(this.#random.below(this.#nodes.length))
    const edges = from === null ? [] : [...this.#edges(from.id)]
    if (from === null || edges.length === 0) return
    const id = this.#random.pick(edges)
    this.#edges(from.id).delete(id)
    await this.#ask(from, 'cut', { id })
  }

  async take(): Promise<void> {
    const at = this.#random.below(this.#nodes.length)
    const found = await this.#walk(at)
    if (found !== null) this.#held[at].set(found.id, found.cell)
  }

  drop(): void {
    const held = this.#random.pick(this.#held)
    if (held.size > 0) held.delete(this.#random.pick([...held.keys()]))
  }

  #make(home: number): [number, Cell] {
    const id = this.#nextId++
    const kind = this.#random.pick(KINDS)
    const { cell, body } = makeCell(id, kind)
    this.#known.set(id, { home, kind, edges: new Set(), body })
    return [id, cell]
  }

  #edges(id: number): Set<number> {
    return (this.#known.get(id) as Known).edges
  }

  /** Managed objects cannot have functions and plain objects of their own node in a field. */
  #canRefer(from: number, to: number): boolean {
    const [source, target] = [this.#known.get(from) as Known, this.#known.get(to) as Known]
    return source.kind !== 'managed' || target.kind === 'managed' || source.home !== target.home
  }

  async #ask({ id, cell }: { id: number; cell: Cell }, op: Op, other?: { id: number; cell?: Cell }): Promise<unknown> {
    const { kind } = this.#known.get(id) as Known
    const args = other === undefined ? [op] : [op, other.id, other.cell]
    if (kind === 'function') return (cell as (...args: unknown[]) => unknown)(...args)
    return (cell as { act: (...args: unknown[]) => unknown }).act(...args)
  }

  async #walk(at: number): Promise<{ id: number; cell: Cell } | null> {
    const held = this.#held[at]
    if (held.size === 0) return null
    let id = this.#random.pick([...held.keys()])
    let cell = held.get(id) as Cell
    for (let steps = this.#random.below(4); steps > 0 && this.#edges(id).size > 0; steps--) {
      const next = this.#random.pick([...this.#edges(id)])
      cell = (await this.#ask({ id, cell }, 'get', { id: next })) as Cell
      id = next
    }
    return { id, cell }
  }

  async #visit(at: number, { id, cell }: { id: number; cell: Cell }, seen: Set<number>): Promise<void> {
    if (seen.has(id)) return
    seen.add(id)
    try {
      const answer = await this.#ask({ id, cell }, 'id')
      if (answer !== id) this.wrongs.push(`node ${at} asked ${id}, and ${String(answer)} answered`)
      for (const next of this.#edges(id)) {
        const child = (await this.#ask({ id, cell }, 'get', { id: next })) as Cell
        await this.#visit(at, { id: next, cell: child }, seen)
      }
    } catch (error) {
      this.wrongs.push(`node ${at} asked ${id}: ${String(error)}`)
    }
  }
}
