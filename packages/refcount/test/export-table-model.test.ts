import { exportId, type ObjectKey } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ExportTable } from '../src/index.js'
import { NaiveExports } from './support/naive-tables.js'

const HOLDERS = [0, 1, 2]
type Step = readonly [kind: string, id: number, holder: number, stamp: number]

class Pair {
  readonly table = new ExportTable()
  readonly naive = new NaiveExports()

  step([kind, pick, holder, stamp]: Step): void {
    const { table, naive } = this
    if (kind === 'grant') {
      expect(table.grant(pick as ObjectKey, holder, stamp)).toBe(naive.grant(pick, holder, stamp))
      return
    }
    if (naive.issued === 0) return
    const id = exportId(1 + (pick % naive.issued))
    const ids = [...new Set([id, exportId(1 + ((pick + stamp) % naive.issued))])].sort((a, b) => a - b)
    if (kind === 'use') expect(table.use(id, holder)).toBe(naive.use(id, holder))
    else if (kind === 'addRef') expect(table.addRef(id, holder, stamp)).toBe(naive.addRef(id, holder, stamp))
    else if (kind === 'drop') expect(table.drop(ids, holder, stamp)).toEqual(naive.drop(ids, holder, stamp))
    else if (kind === 'end') {
      table.endSession(holder)
      naive.endSession(holder)
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
    }
    for (const [id, entry] of entries) {
      expect(table.exportOf(entry.object as ObjectKey)).toBe(id)
      expect(table.holdersOf(exportId(id)).sort((a, b) => a - b)).toEqual(
        [...new Set([...entry.rows.keys(), ...entry.quarantine])].sort((a, b) => a - b),
      )
    }
  }
}

it('does what the naive table does, whatever happens', () => {
  const kinds = fc.constantFrom('grant', 'grant', 'grant', 'use', 'addRef', 'addRef', 'drop', 'drop', 'end', 'sweep')
  const step = fc.tuple(kinds, fc.nat(11), fc.constantFrom(...HOLDERS), fc.nat(4))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pair = new Pair()
      for (const each of steps) {
        pair.step(each)
        pair.compare()
      }
    }),
    { numRuns: 300 },
  )
})
