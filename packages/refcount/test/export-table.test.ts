import { digestOf, type ExportId, exportId, type ObjectKey, type Rule } from '@holdfast/core'
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

/** One thing that bob held in a session that has ended. */
function quarantined(...off: Rule[]): { table: ExportTable; id: ExportId } {
  const table = new ExportTable(rulesWithout(...off))
  const id = table.grant(thing, BOB, 7)
  table.endSession(BOB)
  return { table, id }
}

describe('a reconcile', () => {
  it('makes a row of a quarantined entry, with a `g` of nothing and its own number as `r`, and does not move ver', () => {
    const { table, id } = quarantined()
    expect(table.relist([id], BOB, 3)).toEqual([])
    expect([table.isQuarantined(id), table.isListed(id, BOB), table.versionOf(id)]).toEqual([false, true, 1])
    expect(table.selectRows(BOB, [id])).toMatchObject({ granted: Float64Array.of(0), added: Float64Array.of(3) })
    expect(table.use(id, BOB)).toBe(thing)
    expect(table.drop([id], BOB, 0).released).toEqual([thing])
  })

  it('keeps what was granted in this session already', () => {
    const { table, id } = quarantined()
    table.grant(thing, BOB, 2)
    expect(table.relist([id], BOB, 1)).toEqual([])
    expect(table.selectRows(BOB, [id])).toMatchObject({ granted: Float64Array.of(2), added: Float64Array.of(1) })
    expect(table.drop([id], BOB, 1)).toEqual({ released: [], ignored: 1 })
    expect(table.drop([id], BOB, 2).released).toEqual([thing])
  })

  it('is refused what was removed meanwhile, even if the object is exported for others', () => {
    const { table, id } = quarantined()
    table.grant(thing, CAROL, 1)
    table.endQuarantine(BOB)
    expect(table.relist([id, 99], BOB, 1)).toEqual([id, 99])
    expect(table.holdersOf(id)).toEqual([CAROL])
    const unsafe = quarantined('reconcile-needs-a-row')
    unsafe.table.grant(thing, CAROL, 1)
    unsafe.table.endQuarantine(BOB)
    expect(unsafe.table.relist([unsafe.id, 99], BOB, 1)).toEqual([99])
    expect(new Set(unsafe.table.holdersOf(unsafe.id))).toEqual(new Set([BOB, CAROL]))
  })

  it('releases at its end what it did not name, in rows of this session or in quarantine', () => {
    const { table, id } = quarantined()
    const lost = table.grant(other, BOB, 1)
    const third = table.grant(9 as ObjectKey, BOB, 2)
    expect(table.relist([id], BOB, 4)).toEqual([])
    expect(table.relist([third], BOB, 5)).toEqual([])
    expect(table.endReconcile(BOB, 4, 3)).toEqual([other])
    expect([table.has(lost), table.isListed(id, BOB), table.isListed(third, BOB)]).toEqual([false, true, true])
    table.endSession(BOB)
    expect(new Set(table.endReconcile(BOB, 1, 0))).toEqual(new Set([thing, 9]))
    expect([table.size, table.knows(BOB)]).toEqual([0, false])
  })

  it('does not release what a grant on its way makes the holder hold', () => {
    const { table } = quarantined()
    const id = table.grant(other, BOB, 4)
    expect(table.endReconcile(BOB, 1, 3)).toEqual([thing])
    expect(table.isListed(id, BOB)).toBe(true)
    expect(table.endReconcile(BOB, 2, 4)).toEqual([other])
  })

  it.each<[Rule, (table: ExportTable, id: ExportId) => unknown, unknown]>([
    ['reconcile-keeps-ver', (table, id) => [table.relist([id], BOB, 1), table.versionOf(id)], [[], 2]],
    ['reconcile-ends-quarantine', (table, id) => [table.endReconcile(BOB, 1, 9), table.has(id)], [[], true]],
    ['g-starts-anew', (table, id) => [table.relist([id], BOB, 1), table.selectRows(BOB, [id]).granted[0]], [[], 7]],
    ['quarantine-before-removal', (table, id) => table.has(id), false],
  ])('goes wrong without the rule %s', (rule, act, wrong) => {
    const { table, id } = quarantined(rule)
    expect(act(table, id)).toEqual(wrong)
    const safe = quarantined()
    expect(act(safe.table, safe.id)).not.toEqual(wrong)
  })
})

describe('the end of a quarantine', () => {
  it('removes what nobody else holds, once', () => {
    const { table, id } = quarantined()
    const shared = table.grant(other, CAROL, 1)
    table.addRef(shared, BOB, 1)
    table.endSession(BOB)
    expect([table.quarantineSize(BOB), table.knows(BOB)]).toEqual([2, true])
    expect(table.endQuarantine(BOB)).toEqual([thing])
    expect([table.quarantineSize(BOB), table.knows(BOB), table.knows(CAROL)]).toEqual([0, false, true])
    expect([table.has(id), table.isQuarantined(shared), table.holdersOf(shared)]).toEqual([false, false, [CAROL]])
    expect(table.endQuarantine(BOB)).toEqual([])
  })

  it('leaves the rows of a new session alone', () => {
    const { table, id } = quarantined()
    table.grant(thing, BOB, 1)
    expect(table.endQuarantine(BOB)).toEqual([])
    expect([table.isListed(id, BOB), table.isQuarantined(id)]).toEqual([true, false])
    expect(table.drop([id], BOB, 1).released).toEqual([thing])
  })
})

describe('the end of a session without its rule', () => {
  it('releases at once what the holder may still use', () => {
    const table = new ExportTable(rulesWithout('quarantine-before-removal'))
    table.grant(thing, BOB, 1)
    expect(table.endSession(BOB)).toEqual([thing])
  })
})

describe('a use without a row', () => {
  it('is honoured without the rule alone, and never for an export that is gone', () => {
    const table = new ExportTable(rulesWithout('use-needs-a-row'))
    const id = table.grant(thing, BOB, 1)
    expect([table.use(id, CAROL), table.use(exportId(99), CAROL)]).toEqual([thing, undefined])
  })
})

describe('the digest of what a holder must hold', () => {
  it('is that of its rows', () => {
    const { table, id } = granted()
    const second = table.grant(other, BOB, 2)
    table.grant(9 as ObjectKey, CAROL, 1)
    expect(table.digestFor(BOB)).toEqual({ count: 2, digest: digestOf([second, id]) })
    table.drop([id], BOB, 2)
    expect(table.digestFor(BOB)).toEqual({ count: 1, digest: digestOf([second]) })
    expect(table.digestFor(7)).toEqual({ count: 0, digest: digestOf([]) })
  })

  it('is not known while something is in quarantine', () => {
    const { table, id } = quarantined()
    expect(table.digestFor(BOB)).toBeUndefined()
    table.relist([id], BOB, 1)
    expect(table.digestFor(BOB)).toMatchObject({ count: 1 })
  })

  it.each<[string, (table: ExportTable) => unknown]>([
    ['the holder has dropped what it knew to be gone', (table) => table.drop([1], BOB, 9)],
    ['the holder has reconciled', (table) => table.endReconcile(BOB, 1, 0)],
    ['the session has ended', (table) => [table.endSession(BOB), table.endQuarantine(BOB)]],
  ])('is not known after a verdict until %s', (_, act) => {
    const { table, id } = granted()
    table.grant(other, CAROL, 1)
    table.sweep([id], [1])
    expect(table.digestFor(BOB)).toBeUndefined()
    expect(table.digestFor(CAROL)).toMatchObject({ count: 1 })
    act(table)
    expect(table.digestFor(BOB)).toMatchObject({ count: 0 })
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
