import { Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Managed, RefList, RefMap, RefSet } from '../src/managed/index.js'
import { ManagedWorld } from './support/managed-world.js'

class Item extends Managed {
  readonly id: number
  constructor(id: number) {
    super()
    this.id = id
  }
}

const items = (count: number): Item[] => Array.from({ length: count }, (_, id) => new Item(id))

/** The same story for a collection that is in no heap, one that is adopted, and one adopted half-way. */
describe.each([
  ['before', false, false],
  ['after', true, true],
  ['before and after', false, true],
])('%s adoption', (_, first, second) => {
  const adopt = (when: boolean, collection: object, world: ManagedWorld): void => {
    for (const _one of when ? [0] : []) world.managed.referTo(collection)
  }

  it('a RefList is like an array', () => {
    const world = new ManagedWorld()
    const [a, b, c, d] = items(4)
    const list = new RefList<Item | number | null>([a, b])
    adopt(first, list, world)
    expect([list.push(c, 7, null), list.length]).toEqual([5, 5])
    adopt(second, list, world)
    expect([...list]).toEqual([a, b, c, 7, null])
    expect([list.at(0), list.at(-1), list.at(-2), list.at(9)]).toEqual([a, null, 7, undefined])
    expect([list.includes(c), list.includes(d), list.indexOf(7), list.indexOf(d)]).toEqual([true, false, 3, -1])
    expect(list.splice(1, 2, d, d, a)).toEqual([b, c])
    expect([...list.values()]).toEqual([a, d, d, a, 7, null])
    list.set(0, d)
    expect(() => list.set(6, d)).toThrow(RangeError)
    expect(() => list.set(-1, d)).toThrow(RangeError)
    expect([list.pop(), list.remove(d), list.remove(b), list.pop()]).toEqual([null, true, false, 7])
    expect([...list]).toEqual([d, d, a])
    expect(list.splice(-1)).toEqual([a])
    expect(list.splice(0, -1, Number.NaN)).toEqual([])
    expect([list.indexOf(Number.NaN), list.length]).toEqual([0, 3])
    list.clear()
    expect([list.length, [...list], list.pop()]).toEqual([0, [], undefined])
  })

  it('a RefMap is like a Map', () => {
    const world = new ManagedWorld()
    const [a, b, c] = items(3)
    const map = new RefMap<string | number, Item | string>([
      ['a', a],
      [1, b],
    ])
    adopt(first, map, world)
    expect(map.set('c', c).set('a', 'word').set("it's \\ odd", a)).toBe(map)
    adopt(second, map, world)
    expect([map.size, map.has('a'), map.has('1'), map.get('a'), map.get(1), map.get('none')]).toEqual([
      4,
      true,
      false,
      'word',
      b,
      undefined,
    ])
    expect([...map.keys()]).toEqual(['a', 1, 'c', "it's \\ odd"])
    expect([...map]).toEqual([...map.entries()])
    const seen: unknown[] = []
    map.forEach((value, key, same) => seen.push(value, key, same === map))
    expect(seen).toEqual(['word', 'a', true, b, 1, true, c, 'c', true, a, "it's \\ odd", true])
    expect([map.delete(1), map.delete(1), [...map.values()]]).toEqual([true, false, ['word', c, a]])
    map.clear()
    expect([map.size, [...map]]).toEqual([0, []])
    expect(() => map.set({} as string, a)).toThrow(/untraceable-field/)
  })

  it('a RefSet is like a Set', () => {
    const world = new ManagedWorld()
    const [a, b, c] = items(3)
    const set = new RefSet<Item | string | undefined>([a, 'x', a])
    adopt(first, set, world)
    expect(set.add(b).add(a).add(undefined)).toBe(set)
    adopt(second, set, world)
    expect([...set]).toEqual([a, 'x', b, undefined])
    expect([set.size, set.has(b), set.has(c), set.has('x'), set.has(undefined)]).toEqual([4, true, false, true, true])
    expect([set.delete(a), set.delete(a), set.delete(c), set.add(a).size]).toEqual([true, false, false, 4])
    expect([...set.entries()]).toEqual([...set.keys()].map((member) => [member, member]))
    const seen: unknown[] = []
    set.forEach((member, again, same) => seen.push(member === again && same === set))
    expect(seen).toEqual([true, true, true, true])
    set.clear()
    expect([set.size, set.has('x'), [...set]]).toEqual([0, false, []])
  })
})

describe('the references of a collection', () => {
  it('are those of its members, whatever was done: one for each place, and nothing is left behind', async () => {
    const world = new ManagedWorld()
    const random = new Random(7)
    const pool = items(300)
    const list = new RefList<Item | string>()
    const handle = world.managed.referTo(list)
    const model: (Item | string)[] = []
    const pick = (): Item | string => [random.pick(pool), random.pick(pool), 'text'][random.below(3)]
    for (let step = 0; step < 20_000; step++) {
      const grows = random.below(2000) > model.length
      const at = random.below(model.length + 1)
      const [count, added] = grows ? [0, [pick(), pick()]] : [random.below(3), []]
      expect(list.splice(at, count, ...added)).toEqual(model.splice(at, count, ...added))
    }
    expect([...list]).toEqual(model)
    const held = model.filter((item) => item instanceof Item)
    expect(reached(world, handle)).toEqual(held.map((item) => item.id).sort((a, b) => a - b))
    for (const _ of model) list.pop()
    expect(world.heap.referencesOf(handle)).toEqual([])
    await world.collect()
    expect(world.heap.objectCount).toBe(301)
  })

  it('of 100,000 members are added and removed in about the time that as many of a small one take', () => {
    const world = new ManagedWorld()
    const [small, large] = [new RefMap<number, Item>(), new RefMap<number, Item>()]
    world.managed.referTo(small)
    world.managed.referTo(large)
    const all = items(100_000)
    for (const item of all) large.set(item.id, item)
    const timeOf = (act: () => void): number => {
      const start = performance.now()
      act()
      return performance.now() - start
    }
    const churn = (map: RefMap<number, Item>, size: number) => (): void => {
      for (let round = 0; round < 20_000; round++) {
        const id = (round * 7919) % size
        map.delete(id)
        map.set(id, all[id])
      }
    }
    churn(small, 50)()
    const ratios = [0, 1, 2].map(() => timeOf(churn(large, 100_000)) / timeOf(churn(small, 50)))
    // Cache misses, not steps: removing through a list of 100,000 references would take hundreds of times as long.
    expect(Math.min(...ratios)).toBeLessThan(15)
    expect([large.size, large.get(99_999)]).toEqual([100_000, all[99_999]])
  })

  it('a list of 100,000 is built from an iterable, adopted, read, and freed', async () => {
    const world = new ManagedWorld()
    const read = ((): number => {
      const list = new RefList(items(100_000))
      world.managed.referTo(list)
      let sum = 0
      for (const item of list) sum += item.id
      return sum
    })()
    expect([read, world.managed.sizes.managed]).toEqual([4_999_950_000, 100_001])
    await world.collect()
    expect([world.heap.objectCount, world.heap.referenceCount, world.managed.sizes.managed]).toEqual([0, 0, 0])
  })
})

/** Ids of the items that a collection leads to, through whatever hidden objects, ascending. */
function reached(world: ManagedWorld, handle: ReturnType<ManagedWorld['export']>): number[] {
  const ids: number[] = []
  const stack = world.heap.referencesOf(handle)
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const isItem = world.managed.describe(next).className === 'Item'
    const id = isItem ? [(world.managed.representativeOf(next) as Item).id] : []
    ids.push(...id)
    stack.push(...(isItem ? [] : world.heap.referencesOf(next)))
  }
  return ids.sort((a, b) => a - b)
}
