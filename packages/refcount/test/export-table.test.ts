import { type ExportId, exportId, type ObjectKey } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import { describe, expect, it } from 'vitest'
import { ExportTable } from '../src/index.js'

const thing = 7 as ObjectKey
const other = 8 as ObjectKey
const BOB = 0
const CAROL = 1

/** One thing, granted to bob in message 1. */
function granted(): { table: ExportTable; id: ExportId } {
  const table = new ExportTable()
  return { table, id: table.grant(thing, BOB, 1) }
}

describe('what moves ver', () => {
  it.each<[string, (table: ExportTable, id: ExportId) => void, number]>([
    ['a grant', (table) => table.grant(thing, CAROL, 1), 2],
    ['a use', (table, id) => table.use(id, BOB), 2],
    ['an addRef', (table, id) => table.addRef(id, CAROL, 3), 2],
    ['a use by somebody who is not listed: not', (table, id) => table.use(id, CAROL), 1],
    ['a drop that is ignored: not', (table, id) => table.drop([id], BOB, 0), 1],
    ['the end of a session: not', (table) => table.endSession(BOB), 1],
  ])('%s', (_, act, version) => {
    const { table, id } = granted()
    act(table, id)
    expect(table.versionOf(id)).toBe(version)
  })
})

describe('a drop', () => {
  it('of the last row releases the object, and the id is never used again', () => {
    const { table, id } = granted()
    expect(table.drop([id], BOB, 1)).toEqual({ released: [thing], ignored: 0 })
    expect([table.size, table.rowCount, table.has(id), table.exportOf(thing)]).toEqual([0, 0, false, undefined])
    expect(table.grant(thing, BOB, 2)).toBe(id + 1)
  })

  it('of a row that a later message granted anew is ignored, with the rule', () => {
    const { table, id } = granted()
    table.grant(thing, BOB, 2)
    expect(table.drop([id], BOB, 1)).toEqual({ released: [], ignored: 1 })
    expect(table.drop([id], BOB, 2)).toEqual({ released: [thing], ignored: 0 })
    const unsafe = new ExportTable(rulesWithout('dropRef-checks-g'))
    const lost = unsafe.grant(thing, BOB, 2)
    expect(unsafe.drop([lost], BOB, 1).released).toEqual([thing])
  })

  it('is harmless when repeated, and when it names what was never listed for its sender', () => {
    const { table, id } = granted()
    expect(table.drop([id], CAROL, 9)).toEqual({ released: [], ignored: 1 })
    table.drop([id], BOB, 1)
    expect(table.drop([id], BOB, 1)).toEqual({ released: [], ignored: 1 })
  })

  it('leaves the object to the other holders', () => {
    const { table, id } = granted()
    table.grant(thing, CAROL, 1)
    expect(table.drop([id], BOB, 1).released).toEqual([])
    expect(table.holdersOf(id)).toEqual([CAROL])
    expect(table.drop([id], CAROL, 1).released).toEqual([thing])
  })
})

describe('a gift', () => {
  it('is listed by addRef with its number, and is answered broken when the export is gone', () => {
    const { table, id } = granted()
    expect(table.addRef(id, CAROL, 5)).toBe(true)
    expect(table.selectRows(CAROL, [id])).toEqual({
      places: Float64Array.of(0),
      granted: Float64Array.of(0),
      added: Float64Array.of(5),
    })
    table.drop([id], BOB, 1)
    table.drop([id], CAROL, 0)
    expect(table.addRef(id, CAROL, 6)).toBe(false)
  })

  it('that was also granted keeps both stamps', () => {
    const { table, id } = granted()
    table.addRef(id, BOB, 4)
    expect(table.selectRows(BOB, [id])).toMatchObject({ granted: Float64Array.of(1), added: Float64Array.of(4) })
  })
})

describe('the end of a session', () => {
  it('puts rows in quarantine, where they hold and nothing can be used by them', () => {
    const { table, id } = granted()
    table.endSession(BOB)
    expect([table.size, table.rowCount, table.isQuarantined(id), table.isListed(id, BOB)]).toEqual([1, 0, true, false])
    expect([table.use(id, BOB), table.holdersOf(id)]).toEqual([undefined, [BOB]])
    expect(table.drop([id], BOB, 9)).toEqual({ released: [], ignored: 1 })
  })

  it('twice, with a new grant in between, quarantines once', () => {
    const { table, id } = granted()
    table.endSession(BOB)
    table.grant(thing, BOB, 1)
    expect(table.holdersOf(id)).toEqual([BOB])
    table.endSession(BOB)
    expect(table.sweep([id], [2])).toEqual([thing])
    expect(table.size).toBe(0)
  })
})

describe('a sweep', () => {
  it('removes exports whoever holds them, in rows or in quarantine, and passes over what is gone', () => {
    const { table, id } = granted()
    const second = table.grant(other, CAROL, 1)
    table.endSession(CAROL)
    expect(table.sweep([id, second], [1, 1])).toEqual([thing, other])
    expect([table.size, table.rowCount, table.isListed(id, BOB)]).toEqual([0, 0, false])
    expect(table.sweep([id], [1])).toEqual([])
  })

  it('is refused whole when one version has moved', () => {
    const { table, id } = granted()
    const second = table.grant(other, BOB, 2)
    table.use(second, BOB)
    expect(table.sweep([id, second], [1, 1])).toBeUndefined()
    expect([table.size, table.rowCount]).toEqual([2, 2])
  })
})

describe('an id that was never issued', () => {
  it.each<[string, (table: ExportTable) => unknown, unknown]>([
    ['in a use', (table) => table.use(exportId(9), BOB), undefined],
    ['in an addRef', (table) => table.addRef(exportId(9), BOB, 1), false],
    ['in a drop', (table) => table.drop([9], BOB, 9), { released: [], ignored: 1 }],
  ])('%s is answered like one that is gone, and changes nothing', (_, act, answer) => {
    const { table } = granted()
    expect(act(table)).toEqual(answer)
    expect([table.size, table.rowCount]).toEqual([1, 1])
  })

  it('in a sweep is refused before anything changes', () => {
    const { table } = granted()
    expect(() => table.sweep([1, 9], [1, 1])).toThrow(/never-issued/)
    expect([table.size, table.rowCount]).toEqual([1, 1])
  })
})
