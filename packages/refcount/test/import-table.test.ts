import { exportId, type ImportId, type Rule } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImportTable, UNSENT } from '../src/index.js'
import { NaiveImports } from './support/naive-imports.js'

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

describe('an import whose session has ended', () => {
  /** One import of an ended session. */
  function heldOver(...off: Rule[]): { table: ImportTable; id: ImportId } {
    const table = new ImportTable(rulesWithout(...off))
    const id = table.take(ALICE, exportId(5), 3)
    table.claimed(id, 2, 1)
    table.holdOver(ALICE)
    return { table, id }
  }

  it('is held over and not trusted; those of other owners are', () => {
    const { table, id } = heldOver()
    const other = table.take(BOB, exportId(5), 0)
    table.holdOver(ALICE)
    expect([table.isTrusted(id), table.isHeldOver(id), table.claimOf(id)]).toEqual([false, true, 0])
    expect([table.isTrusted(other), table.isHeldOver(other), table.suspendedCount]).toEqual([true, false, 1])
  })

  it('is named by the reconcile, in the order of export ids, and what is new is not', () => {
    const { table, id } = heldOver()
    const second = table.take(ALICE, exportId(2), 3)
    table.holdOver(ALICE)
    const fresh = table.take(ALICE, exportId(9), 0)
    expect(table.heldOver(ALICE)).toMatchObject({ imports: [second, id], ids: Float64Array.of(2, 5) })
    expect([...table.columnsFrom(ALICE).imports]).toEqual([second, id, fresh])
    expect(table.heldOver(BOB).imports).toEqual([])
  })

  it('is trusted again when its owner has acknowledged the reconcile that named it, not before', () => {
    const { table, id } = heldOver()
    const later = table.take(ALICE, exportId(6), 3)
    table.holdOver(ALICE)
    table.reconciled(id, 1)
    table.reconciled(later, 2)
    expect([table.claimOf(id), table.depthOf(id), table.useOf(id)]).toEqual([1, 0, 1])
    expect(table.isTrusted(id)).toBe(false)
    table.confirm(ALICE, 1)
    expect([table.isTrusted(id), table.isHeldOver(id), table.isTrusted(later)]).toEqual([true, false, false])
    table.confirm(ALICE, 2)
    expect([table.isTrusted(later), table.suspendedCount]).toEqual([true, 0])
  })

  it('that was not named yet is not confirmed', () => {
    const { table, id } = heldOver()
    table.confirm(ALICE, 99)
    expect(table.isTrusted(id)).toBe(false)
  })

  it('starts its uses anew with the reconcile, with the rule', () => {
    const { table, id } = heldOver()
    table.used(id, 80)
    table.reconciled(id, 1)
    expect(table.useOf(id)).toBe(1)
    const unsafe = heldOver('use-starts-anew')
    unsafe.table.used(unsafe.id, 80)
    unsafe.table.reconciled(unsafe.id, 1)
    expect(unsafe.table.useOf(unsafe.id)).toBe(80)
  })

  it('is trusted at once when it is given or granted anew, and is still to be reconciled', () => {
    const { table, id } = heldOver()
    expect(table.take(ALICE, exportId(5), 9)).toBe(id)
    expect([table.isTrusted(id), table.isHeldOver(id)]).toEqual([true, true])
    table.claimed(id, UNSENT, 1)
    table.confirm(ALICE, 7)
    expect(table.claimOf(id)).toBe(UNSENT)
    table.suspend(id)
    expect([table.isTrusted(id), table.isHeldOver(id), table.claimOf(id)]).toEqual([false, true, 0])
  })

  it('is trusted when a gift of it is claimed behind the reconcile that named it, whose confirmation comes too late for it', () => {
    const { table, id } = heldOver()
    table.reconciled(id, 1)
    table.claimed(id, 2, 1)
    table.confirm(ALICE, 1)
    expect([table.isTrusted(id), table.claimOf(id), table.suspendedCount]).toEqual([true, 2, 0])
  })

  it('leaves nothing of that to whatever takes its slot', () => {
    const { table, id } = heldOver()
    table.remove(id)
    expect(table.holdsFrom(ALICE)).toBe(false)
    const again = table.take(BOB, exportId(1), 0)
    expect(again).toBe(id)
    expect([table.isTrusted(again), table.isHeldOver(again), table.claimOf(again)]).toEqual([true, false, 0])
    expect([table.holdsFrom(ALICE), table.holdsFrom(BOB)]).toEqual([false, true])
  })
})

describe('a representative', () => {
  it('that is not the last of its import has an older generation', () => {
    const table = new ImportTable()
    const id = table.take(ALICE, exportId(1), 0)
    const first = table.generationOf(id)
    expect(table.rebind(id)).toBe(first + 1)
    expect(table.generationOf(id)).toBe(first + 1)
    table.remove(id)
    table.take(BOB, exportId(1), 0)
    expect(table.generationOf(id)).toBe(first + 2)
  })
})

const LISTING = ['take', 'take', 'take', 'use', 'ack', 'claim', 'remove', 'rebind'] as const
const SESSIONS = ['holdOver', 'reconcile', 'reconcile', 'confirm', 'suspend'] as const
const ACTS = [...LISTING, ...SESSIONS]
type Step = readonly [act: (typeof ACTS)[number], owner: number, id: number]

class Pair {
  readonly table = new ImportTable()
  readonly naive = new NaiveImports()
  readonly #lastGeneration = new Map<ImportId, number>()

  step([act, owner, export_]: Step, now: number): void {
    const { table, naive } = this
    if (act === 'holdOver') {
      table.holdOver(owner)
      naive.holdOver(owner)
    } else if (act === 'confirm') {
      table.confirm(owner, now - export_)
      naive.confirm(owner, now - export_)
    } else if (act === 'take') {
      table.take(owner, exportId(export_), now)
      naive.take(owner, export_, now)
    } else this.#stepOnOne([act, owner, export_], now)
  }

  #stepOnOne([act, owner, export_]: Step, now: number): void {
    const { table, naive } = this
    const id = table.find(owner, exportId(export_))
    const entry = naive.find(owner, export_)
    expect(id === undefined).toBe(entry === undefined)
    if (id === undefined || entry === undefined) return
    if (act === 'use') {
      table.used(id, now)
      entry.use = now
    } else if (act === 'ack') {
      table.giftAcknowledged(id, 1000 - now)
      entry.clock = Math.max(entry.clock, 1000 - now)
    } else if (act === 'claim') {
      const sequence = now % 2 === 0 ? now : UNSENT
      table.claimed(id, sequence, now % 256)
      Object.assign(entry, { trusted: true, claim: sequence, depth: now % 256 })
    } else if (act === 'reconcile') {
      table.reconciled(id, now)
      Object.assign(entry, { claim: now, depth: 0, use: now })
    } else if (act === 'suspend') {
      table.suspend(id)
      Object.assign(entry, { trusted: false, heldOver: true, claim: 0 })
    } else if (act === 'rebind') {
      const before = table.generationOf(id)
      expect(table.rebind(id)).toBeGreaterThan(before)
    } else {
      this.#lastGeneration.set(id, table.generationOf(id))
      table.remove(id)
      naive.remove(owner, export_)
    }
  }

  compare(): void {
    const { table, naive } = this
    const columns = table.select(() => true)
    const listed = [...columns].flatMap(([owner, { imports, ids, used, clocks }]) =>
      imports.map((id, place) => {
        expect([table.ownerOf(id), table.exportOf(id)]).toEqual([owner, ids[place]])
        expect(table.generationOf(id)).toBeGreaterThan(this.#lastGeneration.get(id) ?? -1)
        const entry = {
          use: used[place],
          clock: clocks[place],
          claim: table.claimOf(id),
          depth: table.depthOf(id),
          trusted: table.isTrusted(id),
          heldOver: table.isHeldOver(id),
        }
        return [`${owner}/${ids[place]}`, entry] as const
      }),
    )
    expect(new Map(listed)).toEqual(naive.entries)
    expect([table.size, table.suspendedCount]).toEqual([naive.entries.size, naive.suspendedCount])
    for (const owner of [0, 1, 2, 3]) {
      expect([...table.heldOver(owner).ids]).toEqual(naive.heldOver(owner))
      expect(table.columnsFrom(owner)).toEqual(columns.get(owner) ?? table.heldOver(99))
      expect(table.holdsFrom(owner)).toBe(columns.has(owner))
    }
  }
}

it('a table does what the naive one does, whatever happens', () => {
  const step = fc.tuple(fc.constantFrom(...ACTS), fc.nat(3), fc.integer({ min: 1, max: 12 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const pair = new Pair()
      for (const [now, each] of steps.entries()) {
        pair.step(each, now)
        pair.compare()
      }
    }),
    { numRuns: 100 },
  )
})

it('an import that broke in the turn that brought it may be given a representative all the same', () => {
  const table = new ImportTable()
  const id = table.take(1, exportId(7), 0)
  table.retire(id)
  expect(() => table.rebind(id)).not.toThrow()
  table.recycle()
  expect(table.size).toBe(0)
})
