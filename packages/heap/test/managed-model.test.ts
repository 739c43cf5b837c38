/** Random mutation by a program, other nodes and V8, against a model that knows what is reachable by walking. */
import { Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { closureAccessors, generatedAccessors, Managed, RefList, RefMap, RefSet } from '../src/managed/index.js'
import type { Handle } from '../src/object-heap/index.js'
import { ManagedWorld, macrotask } from './support/managed-world.js'

/** References by the path of the place that holds them. */
type ModelObject = Map<string, number>

const createModel = (accessors: typeof generatedAccessors, seed: number) => {
  class Cell extends Managed {
    readonly id: number
    left: Cell | null = null
    right: Cell | null = null
    list = new RefList<Cell>()
    map = new RefMap<string, Cell>()
    set = new RefSet<Cell>()
    constructor(id: number) {
      super()
      this.id = id
    }
  }
  const world = new ManagedWorld(undefined, accessors)
  const random = new Random(seed)
  const objects = new Map<number, ModelObject>()
  const handles = new Map<number, Handle>()
  /** What the program's variables hold. */
  const held = new Map<number, Cell>()
  const exported = new Set<number>()
  let nextId = 0

  const live = (): Set<number> => {
    const seen = new Set<number>()
    const stack = [...held.keys(), ...exported]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id)) continue
      seen.add(id)
      stack.push(...(objects.get(id) as ModelObject).values())
    }
    return seen
  }

  const create = (): void => {
    const id = nextId++
    const cell = new Cell(id)
    objects.set(id, new Map())
    held.set(id, cell)
    handles.set(id, world.managed.referTo(cell))
  }

  /** Follows references from a variable, comparing each with the model. */
  const walk = (): Cell => {
    let cell = random.pick([...held.values()])
    for (let step = random.below(4); step > 0; step--) {
      const edges = objects.get(cell.id) as ModelObject
      const path = edges.size === 0 ? 'none' : random.pick([...edges.keys()])
      const next = path === 'none' ? cell : at(cell, path)
      expect([path, next.id]).toEqual([path, edges.get(path) ?? cell.id])
      cell = next
    }
    return cell
  }

  const at = (cell: Cell, path: string): Cell => {
    const [kind, key] = path.split(':')
    const places: Record<string, () => Cell | null | undefined> = {
      left: () => cell.left,
      right: () => cell.right,
      map: () => cell.map.get(key),
      set: () => [...cell.set].find((member) => member.id === Number(key)),
      list: () => cell.list.at(Number(key)),
    }
    return places[kind]() as Cell
  }

  const store = (): void => {
    const [from, to] = [walk(), walk()]
    const edges = objects.get(from.id) as ModelObject
    const key = random.pick(['a', 'b', "c'"])
    const stores: (() => void)[] = [
      () => void edges.set('left', (from.left = to).id),
      () => void edges.set('right', (from.right = to).id),
      () => void edges.set(`map:${key}`, from.map.set(key, to) && to.id),
      () => void edges.set(`set:${to.id}`, from.set.add(to) && to.id),
      () => void edges.set(`list:${from.list.push(to) - 1}`, to.id),
    ]
    random.pick(stores)()
  }

  const cut = (): void => {
    const from = walk()
    const edges = objects.get(from.id) as ModelObject
    const path = edges.size === 0 ? 'none' : random.pick([...edges.keys()])
    const [kind, key] = path.split(':')
    const last = `list:${from.list.length - 1}`
    const cuts: Record<string, () => unknown> = {
      none: () => undefined,
      left: () => (from.left = null),
      right: () => (from.right = null),
      map: () => from.map.delete(key),
      set: () => from.set.delete(at(from, path)),
      list: () => from.list.pop(),
    }
    cuts[kind]()
    edges.delete(kind === 'list' ? last : path)
  }

  const take = (): void => {
    const cell = walk()
    held.set(cell.id, cell)
  }

  const share = (): void => {
    const cell = walk()
    exported.add(cell.id)
    world.export(cell)
  }

  const unshare = (): void => {
    const [id] = exported
    for (const one of id === undefined ? [] : [id]) {
      exported.delete(one)
      world.unexport(handles.get(one) as Handle)
    }
  }

  const drop = (): void => {
    const ids = [...held.keys()]
    for (const id of ids.length > 1 ? [random.pick(ids)] : []) held.delete(id)
  }

  const step = (): void =>
    random.pick([create, create, store, store, store, cut, cut, take, drop, drop, share, unshare])()

  const check = (): void => {
    const expected = [...live()].sort((a, b) => a - b)
    const alive = [...handles].filter(([, handle]) => world.heap.resolves(handle)).map(([id]) => id)
    expect(alive).toEqual(expected)
    for (const id of objects.keys()) for (const gone of expected.includes(id) ? [] : [id]) objects.delete(gone)
    for (const [id, cell] of held) expect(world.managed.representativeOf(handles.get(id) as Handle)).toBe(cell)
  }

  return { world, create, step, check, held }
}

describe.each([
  ['generated', generatedAccessors],
  ['closure', closureAccessors],
] as const)('with %s accessors', (_, accessors) => {
  it.each([1, 2, 3, 4])('exactly what is reachable lives, and reads as the model says (seed %i)', async (seed) => {
    const { world, create, step, check, held } = createModel(accessors, seed)
    create()
    for (let round = 0; round < 12; round++) {
      for (let turn = 0; turn < 10; turn++) {
        for (let act = 0; act < 15; act++) step()
        await macrotask()
      }
      await world.collect()
      check()
      await macrotask()
    }
    held.clear()
    for (const handle of world.exported) world.unexport(handle)
    await world.collect()
    expect([world.heap.objectCount, world.heap.referenceCount, world.managed.sizes]).toEqual([
      0,
      0,
      { managed: 0, ordinary: 0, remotes: 0, representatives: 0 },
    ])
  })
})
