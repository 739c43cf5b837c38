import { digestOf, exportId, type ObjectKey } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ExportTable } from '../src/index.js'
import { NaiveExports } from './support/naive-tables.js'

const HOLDERS = [0, 1, 2]
const LISTING = ['grant', 'grant', 'grant', 'use', 'addRef', 'addRef', 'drop', 'drop', 'sweep'] as const
const SESSIONS = ['end', 'relist', 'relist', 'endReconcile', 'endQuarantine'] as const
const KINDS = [...LISTING, ...SESSIONS]
type Step = readonly [kind: (typeof KINDS)[number], id: number, holder: number, stamp: number]

const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b)

class Pair {
  readonly table = new ExportTable()
  readonly naive = new NaiveExports()

  step([kind, pick, holder, stamp]: Step): void {
    const { table, naive } = this
    if (kind === 'grant') {
      expect(table.grant(pick as ObjectKey, holder, stamp)).toBe(naive.grant(pick, holder, stamp))
      return
    }
    if (kind === 'end') {
      expect(table.endSession(holder)).toEqual([])
      naive.endSession(holder)
    } else if (kind === 'endReconcile') {
      const received = pick % 5
      const released = table.endReconcile(holder, stamp, received)
      expect(sorted(released)).toEqual(sorted(naive.endReconcile(holder, stamp, received)))
    } else if (kind === 'endQuarantine') {
      expect(sorted(table.endQuarantine(holder))).toEqual(sorted(naive.endQuarantine(holder)))
    } else if (naive.issued > 0) this.#stepOnIds([kind, pick, holder, stamp])
  }

  #stepOnIds([kind, pick, holder, stamp]: Step): void {
    const { table, naive } = this
    const id = exportId(1 + (pick % naive.issued))
    const ids = sorted(new Set([id, exportId(1 + ((pick + stamp) % naive.issued))]))
    if (kind === 'use') expect(table.use(id, holder)).toBe(naive.use(id, holder))
    else if (kind === 'addRef') expect(table.addRef(id, holder, stamp)).toBe(naive.addRef(id, holder, stamp))
    else if (kind === 'relist') expect(table.relist(ids, holder, stamp)).toEqual(naive.relist(ids, holder, stamp))
    else if (kind === 'drop') {
      const { released, ignored } = table.drop(ids, holder, stamp)
      const expected = naive.drop(ids, holder, stamp)
      expect([sorted(released), ignored]).toEqual([sorted(expected.released), expected.ignored])
    } else {
      const versions = ids.map((each) => (stamp === 0 ? 1 : (naive.entries.get(each)?.ver ?? 1)))
      expect(table.sweep(ids, versions)).toEqual(naive.sweep(ids, versions))
    }
  }

  compare(): void {
    const { table, naive } = this
    const entries = [...naive.entries].sort(([a], [b]) => a - b)
    const listed = table.select(() => true)
    expect([...listed.ids]).toEqual(entries.map(([id]) => id))
    expect([...listed.objects]).toEqual(entries.map(([, entry]) => entry.object))
    expect([...listed.versions]).toEqual(entries.map(([, entry]) => entry.ver))
    expect(listed.quarantinedPlaces).toEqual(
      entries.flatMap(([, entry], place) => (entry.quarantine.size > 0 ? place : [])),
    )
    expect(table.rowCount).toBe(entries.reduce((sum, [, entry]) => sum + entry.rows.size, 0))
    for (const holder of HOLDERS) {
      const rows = entries.flatMap(([, { rows }], place) =>
        rows.has(holder) ? [[place, rows.get(holder)] as const] : [],
      )
      const { places, granted, added } = table.selectRows(holder, listed.ids)
      expect([...places]).toEqual(rows.map(([place]) => place))
      expect([...granted]).toEqual(rows.map(([, row]) => row?.g))
      expect([...added]).toEqual(rows.map(([, row]) => row?.r))
      this.#compareHolder(holder, rows.length)
    }
    for (const [id, entry] of entries) {
      expect(table.exportOf(entry.object as ObjectKey)).toBe(id)
      expect(sorted(table.holdersOf(exportId(id)))).toEqual(
        sorted(new Set([...entry.rows.keys(), ...entry.quarantine])),
      )
    }
  }

  #compareHolder(holder: number, rows: number): void {
    const { table, naive } = this
    const quarantined = naive.quarantineSize(holder)
    expect([table.quarantineSize(holder), table.knows(holder)]).toEqual([quarantined, rows + quarantined > 0])
    const held = naive.knownHoldings(holder)
    expect(table.digestFor(holder)).toEqual(held && { count: held.length, digest: digestOf(held) })
  }
}

it('does what the naive table does, whatever happens', () => {
  const step = fc.tuple(fc.constantFrom(...KINDS), fc.nat(11), fc.constantFrom(...HOLDERS), fc.nat(4))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const pair = new Pair()
      for (const each of steps) {
        pair.step(each)
        pair.compare()
      }
    }),
    { numRuns: 300 },
  )
})
