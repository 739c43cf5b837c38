import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../src/errors.js'
import { IdMap } from '../src/id-map.js'
import { Random } from '../src/random.js'

function expectSame(map: IdMap, model: ReadonlyMap<number, number>): void {
  expect(map.size).toBe(model.size)
  expect(new Set(map.keys())).toEqual(new Set(model.keys()))
  const seen = new Map<number, number>()
  map.forEach((key, slot) => seen.set(key, slot))
  expect(seen).toEqual(model)
  for (const [key, slot] of model) expect(map.get(key)).toBe(slot)
}

describe('IdMap', () => {
  it('finds what was set and nothing else', () => {
    const map = new IdMap()
    expect(map.get(0)).toBe(-1)
    map.set(0, 5)
    map.set(Number.MAX_SAFE_INTEGER, 2 ** 31 - 1)
    expect([map.get(0), map.get(Number.MAX_SAFE_INTEGER), map.get(1)]).toEqual([5, 2 ** 31 - 1, -1])
    expect([map.has(0), map.has(1)]).toEqual([true, false])
  })

  it('replaces a slot without growing in size', () => {
    const map = new IdMap()
    for (let round = 0; round < 100; round++) map.set(7, round)
    expect([map.size, map.get(7)]).toEqual([1, 99])
  })

  it.each([-1, 2 ** 31, 2 ** 32 - 1, 0.5, Number.NaN])('refuses %d as a slot and stays as it was', (slot) => {
    const map = new IdMap()
    expect(() => map.set(1, slot)).toThrow(InvariantError)
    expectSame(map, new Map())
  })

  it('says whether a deleted key was there', () => {
    const map = new IdMap()
    map.set(3, 0)
    expect([map.delete(3), map.delete(3), map.delete(0), map.size]).toEqual([true, false, false, 0])
  })

  it('is empty and usable after clear', () => {
    const map = new IdMap()
    for (let key = 0; key < 1000; key++) map.set(key, key)
    map.clear()
    expectSame(map, new Map())
    map.set(4, 2)
    expectSame(map, new Map([[4, 2]]))
  })

  it('tells keys apart that agree in their low 32 bits', () => {
    const map = new IdMap()
    const model = new Map<number, number>()
    for (let high = 0; high < 300; high++) {
      map.set(high * 2 ** 32 + 1, high)
      model.set(high * 2 ** 32 + 1, high)
    }
    expectSame(map, model)
  })
})

/** Keys from a small range collide and are hit again; the strides are those that a masked hash likes least. */
const key = fc.oneof(
  fc.nat(24),
  fc.nat(40).map((index) => index * 1024),
  fc.nat(40).map((index) => index * 65536),
  fc.nat(40).map((index) => index * 2 ** 32),
  fc.maxSafeNat(),
)

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('set' as const), key, slot: fc.nat(2 ** 31 - 1) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), key, slot: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), key, slot: fc.constant(0) }) },
)

describe('IdMap beside Map', () => {
  it('agrees after any history', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300, size: 'max' }), (history) => {
        const map = new IdMap()
        const model = new Map<number, number>()
        for (const { kind, key: id, slot } of history) {
          if (kind === 'set') {
            map.set(id, slot)
            model.set(id, slot)
          } else if (kind === 'delete') expect(map.delete(id)).toBe(model.delete(id))
          else expect(map.get(id)).toBe(model.get(id) ?? -1)
          expect(map.size).toBe(model.size)
        }
        expectSame(map, model)
      }),
    )
  })

  it.each([1, 2, 64, 1000, 1024, 4096, 65536, 2 ** 20, 2 ** 32, 2 ** 40])('agrees over a stride of %d', (stride) => {
    const map = new IdMap()
    const model = new Map<number, number>()
    for (let index = 0; index < 3000; index++) {
      map.set(index * stride, index)
      model.set(index * stride, index)
    }
    expectSame(map, model)
    for (let index = 0; index < 3000; index += 3) {
      expect(map.delete(index * stride)).toBe(true)
      model.delete(index * stride)
    }
    expectSame(map, model)
  })

  it('agrees under churn, as it grows and shrinks again', () => {
    const random = new Random(20)
    const map = new IdMap()
    const model = new Map<number, number>()
    for (const target of [5000, 10, 2000, 0]) {
      while (model.size !== target) {
        const id = random.below(20_000)
        if (model.size < target) {
          map.set(id, id % 1000)
          model.set(id, id % 1000)
        } else if (map.delete(id) !== model.delete(id)) expect.fail(`disagreement on ${id}`)
      }
      expectSame(map, model)
    }
  })

  it('gives its memory back: walking it is cheap again after it shrank', () => {
    const map = new IdMap()
    for (let id = 0; id < 300_000; id++) map.set(id, 1)
    for (let id = 1; id < 300_000; id++) map.delete(id)
    const started = performance.now()
    for (let walk = 0; walk < 1000; walk++) map.forEach(() => {})
    // 1000 walks over the 524,288 places of the full map take a second or more.
    expect(performance.now() - started).toBeLessThan(200)
    expect([...map.keys()]).toEqual([0])
  })

  it('drops a long sequence of ids in linear time', () => {
    const count = 400_000
    const map = new IdMap()
    for (let id = 0; id < count; id++) map.set(id, id)
    const started = performance.now()
    for (let id = 0; id < count; id++) map.delete(id)
    // About 50 ms; walking to the end of the sequence at every deletion takes ten seconds and more.
    expect(performance.now() - started).toBeLessThan(2000)
    expect(map.size).toBe(0)
  })

  it('stays as it is over endless churn of sequential ids: no tombstones pile up', () => {
    const map = new IdMap()
    const window = 1000
    const lost: number[] = []
    for (let id = 0; id < 1_000_000; id++) {
      map.set(id, id % window)
      if (id >= window && !map.delete(id - window)) lost.push(id)
    }
    expect(lost).toEqual([])
    expect(map.size).toBe(window)
  })
})
