import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../src/errors.js'
import { Random } from '../src/random.js'
import { SlotIndex } from '../src/slot-index.js'

/** A column of keys with its index, as a table would have them, but with gaps. */
class Column {
  readonly index = new SlotIndex()
  keys = new Float64Array(4)
  readonly #free: number[] = []
  #used = 0

  add(key: number): number {
    const slot = this.#free.pop() ?? this.#used++
    if (slot === this.keys.length) {
      const longer = new Float64Array(2 * slot)
      longer.set(this.keys)
      this.keys = longer
    }
    this.keys[slot] = key
    this.index.add(this.keys, slot)
    return slot
  }

  find(key: number): number {
    return this.index.find(this.keys, key)
  }

  delete(key: number): boolean {
    const slot = this.find(key)
    const wasThere = this.index.delete(this.keys, key)
    if (wasThere) this.#free.push(slot)
    return wasThere
  }
}

/** @param model the slot of each key */
function expectSame({ index, keys }: Column, model: ReadonlyMap<number, number>): void {
  expect(index.size).toBe(model.size)
  const seen = new Map<number, number>()
  index.forEach((slot) => seen.set(keys[slot], slot))
  expect(seen).toEqual(model)
  for (const [key, slot] of model) expect(index.find(keys, key)).toBe(slot)
}

describe('SlotIndex', () => {
  it('finds what was added and nothing else', () => {
    const column = new Column()
    expect(column.find(0)).toBe(-1)
    column.add(7)
    column.add(0)
    column.add(Number.MAX_SAFE_INTEGER)
    expect([7, 0, Number.MAX_SAFE_INTEGER, 1].map((key) => column.find(key))).toEqual([0, 1, 2, -1])
  })

  it('says whether a deleted key was there', () => {
    const column = new Column()
    column.add(3)
    expect([column.delete(3), column.delete(3), column.delete(0), column.index.size]).toEqual([true, false, false, 0])
  })

  it('is told where an entry has moved to, and refuses one that it does not know', () => {
    const column = new Column()
    for (const key of [11, 22, 33]) column.add(key)
    column.delete(11)
    column.index.move(column.keys, 2, 0)
    column.keys[0] = 33
    column.keys[2] = 0
    expectSame(
      column,
      new Map([
        [22, 1],
        [33, 0],
      ]),
    )
    expect(() => column.index.move(column.keys, 2, 5)).toThrow(InvariantError)
    expectSame(
      column,
      new Map([
        [22, 1],
        [33, 0],
      ]),
    )
  })

  it('is empty and usable after clear', () => {
    const column = new Column()
    for (let key = 0; key < 1000; key++) column.add(key)
    column.index.clear()
    expectSame(column, new Map())
    const slot = column.add(4)
    expectSame(column, new Map([[4, slot]]))
  })

  it('tells keys apart that agree in their low 32 bits', () => {
    const column = new Column()
    const model = new Map<number, number>()
    for (let high = 0; high < 300; high++) model.set(high * 2 ** 32 + 1, column.add(high * 2 ** 32 + 1))
    expectSame(column, model)
  })

  it('is the same again after an image', () => {
    const column = new Column()
    for (let key = 0; key < 100; key++) column.add(key * 1024)
    for (let key = 0; key < 100; key += 3) column.delete(key * 1024)
    const order = (index: SlotIndex): number[] => {
      const slots: number[] = []
      index.forEach((slot) => slots.push(slot))
      return slots
    }
    const restored = new SlotIndex()
    restored.restore(column.index.image())
    expect([restored.size, order(restored)]).toEqual([column.index.size, order(column.index)])
    restored.delete(column.keys, 1024)
    expect([restored.find(column.keys, 1024), column.find(1024)]).toEqual([-1, 1])
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
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('find' as const), key }) },
)

describe('SlotIndex beside Map', () => {
  it('agrees after any history', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300, size: 'max' }), (history) => {
        const column = new Column()
        const model = new Map<number, number>()
        for (const { kind, key: id } of history) {
          expect(column.find(id)).toBe(model.get(id) ?? -1)
          if (kind === 'add' && !model.has(id)) model.set(id, column.add(id))
          else if (kind === 'delete') expect(column.delete(id)).toBe(model.delete(id))
          expect(column.index.size).toBe(model.size)
        }
        expectSame(column, model)
      }),
    )
  })

  it.each([1, 2, 64, 1000, 1024, 4096, 65536, 2 ** 20, 2 ** 32, 2 ** 40])('agrees over a stride of %d', (stride) => {
    const column = new Column()
    const model = new Map<number, number>()
    for (let index = 0; index < 3000; index++) model.set(index * stride, column.add(index * stride))
    expectSame(column, model)
    for (let index = 0; index < 3000; index += 3) {
      expect(column.delete(index * stride)).toBe(true)
      model.delete(index * stride)
    }
    expectSame(column, model)
  })

  it('agrees under churn, as it grows and shrinks again', () => {
    const random = new Random(20)
    const column = new Column()
    const model = new Map<number, number>()
    for (const target of [5000, 10, 2000, 0]) {
      while (model.size !== target) {
        const id = random.below(20_000)
        if (model.size > target) {
          if (column.delete(id) !== model.delete(id)) expect.fail(`disagreement on ${id}`)
        } else if (!model.has(id)) model.set(id, column.add(id))
      }
      expectSame(column, model)
    }
  })

  it('gives its memory back: walking it is cheap again after it shrank', () => {
    const column = new Column()
    for (let id = 0; id < 300_000; id++) column.add(id)
    const full = column.index.memoryBytes
    for (let id = 1; id < 300_000; id++) column.delete(id)
    expect(column.index.memoryBytes).toBeLessThan(full / 1000)
    expectSame(column, new Map([[0, 0]]))
  })

  it('drops a long sequence of ids in linear time', () => {
    const count = 400_000
    const column = new Column()
    for (let id = 0; id < count; id++) column.add(id)
    const started = performance.now()
    for (let id = 0; id < count; id++) column.delete(id)
    // About 50 ms; walking to the end of the sequence at every deletion takes ten seconds and more.
    expect(performance.now() - started).toBeLessThan(2000)
    expect(column.index.size).toBe(0)
  })

  it('stays as it is over endless churn of sequential ids: no tombstones pile up', () => {
    const column = new Column()
    const window = 1000
    const lost: number[] = []
    let largest = 0
    for (let id = 0; id < 1_000_000; id++) {
      column.add(id)
      if (id >= window && !column.delete(id - window)) lost.push(id)
      largest = Math.max(largest, column.index.memoryBytes)
    }
    expect(lost).toEqual([])
    expect([column.index.size, largest]).toEqual([window, 2048 * 4])
  })
})
