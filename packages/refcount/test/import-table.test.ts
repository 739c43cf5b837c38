import { exportId, type ImportId } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImportTable, UNSENT } from '../src/index.js'

const ALICE = 0
const BOB = 1

describe('an import', () => {
  it('is one entry for each owner and export id', () => {
    const table = new ImportTable()
    const first = table.take(ALICE, exportId(5), 0)
    expect(table.take(ALICE, exportId(5), 9)).toBe(first)
    expect(table.take(BOB, exportId(5), 0)).not.toBe(first)
    expect([table.size, table.ownerOf(first), table.exportOf(first)]).toEqual([2, ALICE, 5])
  })

  it('starts its uses at what was sent when it was made, with the rule', () => {
    const table = new ImportTable()
    expect(table.useOf(table.take(ALICE, exportId(1), 4))).toBe(4)
  })

  it('starts at nothing without the rule', () => {
    const unsafe = new ImportTable(rulesWithout('use-starts-at-current-sent'))
    expect(unsafe.useOf(unsafe.take(ALICE, exportId(1), 4))).toBe(0)
  })

  it('keeps its last use, its highest clock and its last claim', () => {
    const table = new ImportTable()
    const id = table.take(ALICE, exportId(1), 4)
    table.used(id, 6)
    table.giftAcknowledged(id, 9)
    table.giftAcknowledged(id, 3)
    table.claimed(id, UNSENT, 1)
    expect([table.useOf(id), table.clockOf(id), table.claimOf(id), table.depthOf(id)]).toEqual([6, 9, UNSENT, 1])
    expect(table.take(ALICE, exportId(1), 99)).toBe(id)
    expect(table.useOf(id)).toBe(6)
  })

  it('that comes again after removal starts anew, in another generation', () => {
    const table = new ImportTable()
    const id = table.take(ALICE, exportId(1), 0)
    const generation = table.generationOf(id)
    table.claimed(id, 3, 1)
    table.giftAcknowledged(id, 9)
    table.remove(id)
    expect([table.has(id), table.size, table.find(ALICE, exportId(1))]).toEqual([false, 0, undefined])
    const again = table.take(BOB, exportId(2), 7)
    expect(again).toBe(id)
    expect(table.generationOf(again)).toBe(generation + 1)
    expect([table.useOf(again), table.clockOf(again), table.claimOf(again), table.depthOf(again)]).toEqual([7, 0, 0, 0])
  })

  it('that is not there is a bug of ours to ask about', () => {
    expect(() => new ImportTable().useOf(0 as ImportId)).toThrow(/invariant/)
  })
})

it('a table does what the naive one does, whatever happens', () => {
  const step = fc.tuple(
    fc.constantFrom('take', 'take', 'use', 'ack', 'remove'),
    fc.nat(3),
    fc.integer({ min: 1, max: 30 }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const table = new ImportTable()
      const naive = new Map<string, { use: number; clock: number }>()
      steps.forEach(([kind, owner, export_], now) => {
        const key = `${owner}/${export_}`
        const id = table.find(owner, exportId(export_))
        const entry = naive.get(key)
        expect(id === undefined).toBe(entry === undefined)
        if (kind === 'take') {
          table.take(owner, exportId(export_), now)
          if (entry === undefined) naive.set(key, { use: now, clock: 0 })
        }
        if (id === undefined || entry === undefined) return
        if (kind === 'use') {
          table.used(id, now)
          entry.use = now
        } else if (kind === 'ack') {
          table.giftAcknowledged(id, 1000 - now)
          entry.clock = Math.max(entry.clock, 1000 - now)
        } else if (kind === 'remove') {
          table.remove(id)
          naive.delete(key)
        }
      })
      expect(table.size).toBe(naive.size)
      const columns = table.select(() => true)
      const listed = [...columns].flatMap(([owner, { imports, ids, used, clocks }]) =>
        imports.map((id, place) => {
          expect([table.ownerOf(id), table.exportOf(id)]).toEqual([owner, ids[place]])
          return [`${owner}/${ids[place]}`, { use: used[place], clock: clocks[place] }] as const
        }),
      )
      expect(new Map(listed)).toEqual(naive)
      for (const [owner, { ids }] of columns) {
        expect([...ids]).toEqual([...ids].sort((a, b) => a - b))
        expect(table.idsOf(owner)).toHaveLength(ids.length)
      }
    }),
    { numRuns: 300 },
  )
})
