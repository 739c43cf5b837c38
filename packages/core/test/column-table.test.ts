import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ColumnTable } from '../src/column-table.js'

type Table = ColumnTable<'a' | 'b'>
type Model = Map<number, readonly [a: number, b: number]>

function put(table: Table, model: Model, [id, a, b]: readonly [number, number, number]): void {
  const known = table.slotOf(id)
  const slot = known < 0 ? table.add(id) : known
  table.columns.a[slot] = a
  table.columns.b[slot] = b
  model.set(id, [a, b])
}

function expectEqual(table: Table, model: Model): void {
  expect(table.size).toBe(model.size)
  for (const [id, [a, b]] of model) {
    const slot = table.slotOf(id)
    expect([table.idAt(slot), table.columns.a[slot], table.columns.b[slot]]).toEqual([id, a, b])
  }
  const ids = Array.from(table.slotsById(), (slot) => table.idAt(slot))
  expect(ids).toEqual([...model.keys()].sort((x, y) => x - y))
}

const id = fc.oneof(fc.nat(40), fc.maxSafeNat())
const change = fc.oneof(
  fc.record({ do: fc.constant('put' as const), entry: fc.tuple(id, fc.maxSafeNat(), fc.maxSafeNat()) }),
  fc.record({ do: fc.constant('remove' as const), id }),
  fc.record({ do: fc.constant('removeAll' as const), ids: fc.uniqueArray(id, { maxLength: 30 }) }),
  fc.record({ do: fc.constant('clear' as const) }),
)

describe('ColumnTable', () => {
  it('agrees with a Map after any history', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120, size: 'max' }), (changes) => {
        const table: Table = new ColumnTable(['a', 'b'])
        const model: Model = new Map()
        for (const step of changes) {
          if (step.do === 'put') put(table, model, step.entry)
          else if (step.do === 'remove') {
            const slot = table.slotOf(step.id)
            if (slot >= 0) table.removeAt(slot)
            model.delete(step.id)
          } else if (step.do === 'removeAll') {
            table.removeAll(step.ids.toSorted((one, other) => one - other))
            for (const gone of step.ids) model.delete(gone)
          } else {
            table.clear()
            model.clear()
          }
        }
        expectEqual(table, model)
      }),
    )
  })

  it('keeps every column when it grows and when it shrinks', () => {
    const table: Table = new ColumnTable(['a', 'b'])
    const model: Model = new Map()
    for (let next = 1; next <= 1000; next++) put(table, model, [next, next * 2, next * 3])
    expectEqual(table, model)
    for (let gone = 1; gone <= 990; gone++) {
      table.removeAt(table.slotOf(gone))
      model.delete(gone)
    }
    expectEqual(table, model)
  })

  it('keeps what stays when nearly everything goes at once', () => {
    const table: Table = new ColumnTable(['a', 'b'])
    const model: Model = new Map()
    for (let next = 1; next <= 1000; next++) put(table, model, [next, next, next])
    const gone = [...model.keys()].filter((key) => key % 250 !== 0)
    table.removeAll(gone)
    for (const key of gone) model.delete(key)
    expectEqual(table, model)
  })

  it('starts a new entry with zeros, also in a slot that was used before', () => {
    const table: Table = new ColumnTable(['a', 'b'])
    table.columns.a[table.add(1)] = 7
    table.removeAt(0)
    expect(table.columns.a[table.add(2)]).toBe(0)
  })

  it('adds no id twice and removes no slot that is not there', () => {
    const table: Table = new ColumnTable(['a', 'b'])
    table.add(1)
    expect(() => table.add(1)).toThrow(/added once/)
    expect(() => table.removeAt(1)).toThrow(/within the table/)
    expect(() => table.removeAt(-1)).toThrow(/within the table/)
  })
})
