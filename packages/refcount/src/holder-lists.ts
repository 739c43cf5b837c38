/**
 * What each holder is listed for: its rows in the session there is, and what it had in earlier ones, in quarantine. It does not know
 * how many holders an export has: that is the table's.
 */
import { type Column, ColumnTable, type ColumnTableImage, digestOf, type ExportId, type Sequence } from '@holdfast/core'
import type { Rows } from './export-columns.js'

/** What the table calls a holder: a small number that its user chooses, one for each incarnation of a peer. */
export type HolderIndex = number

/** How many ids a table names, and their digest. */
export interface Digest {
  readonly count: number
  readonly digest: number
}

export interface HolderListsImage {
  readonly rows: ReadonlyMap<HolderIndex, ColumnTableImage>
  readonly quarantine: ReadonlyMap<HolderIndex, ColumnTableImage>
  readonly unsettled: readonly HolderIndex[]
}

/** What a holder had in earlier sessions: the `g` of each. */
type Quarantine = ColumnTable<'g'>

const NO_ROWS: Rows = new ColumnTable(['g', 'r'])

export class HolderLists {
  readonly #rows = new Map<HolderIndex, Rows>()
  readonly #quarantine = new Map<HolderIndex, Quarantine>()
  /** Holders whose rows a verdict removed, and who have not been heard to drop anything since. */
  readonly #unsettled = new Set<HolderIndex>()

  /** O(holders). */
  get rowCount(): number {
    let count = 0
    for (const rows of this.#rows.values()) count += rows.size
    return count
  }

  /** The rows of a holder, to be looked at. */
  rowsOf(holder: HolderIndex): Rows {
    return this.#rows.get(holder) ?? NO_ROWS
  }

  /** The rows of a holder, to be added to. */
  ensureRows(holder: HolderIndex): Rows {
    let rows = this.#rows.get(holder)
    if (rows === undefined) {
      rows = new ColumnTable(['g', 'r'])
      this.#rows.set(holder, rows)
    }
    return rows
  }

  /** A holder's rows may be gone: forgets the empty table. */
  tidy(holder: HolderIndex): void {
    if (this.#rows.get(holder)?.size === 0) this.#rows.delete(holder)
  }

  takeRows(holder: HolderIndex): Rows | undefined {
    const rows = this.#rows.get(holder)
    this.#rows.delete(holder)
    return rows
  }

  /** Who is listed for an export or has it in quarantine. O(holders). */
  holdersOf(id: ExportId): HolderIndex[] {
    const rows = [...this.#rows].filter(([, table]) => table.slotOf(id) >= 0)
    const quarantined = [...this.#quarantine].filter(([, table]) => table.slotOf(id) >= 0)
    return [...new Set([...rows, ...quarantined].map(([holder]) => holder))]
  }

  /** How a holder is listed for an export. */
  stampsOf(
    id: ExportId,
    holder: HolderIndex,
  ): { stamps: { granted: Sequence; added: Sequence } | null; isQuarantined: boolean } {
    const rows = this.rowsOf(holder)
    const row = rows.slotOf(id)
    const stamps = row < 0 ? null : { granted: rows.columns.g[row], added: rows.columns.r[row] }
    return { stamps, isQuarantined: this.isQuarantined(id, holder) }
  }

  /** Whether the holder is known at all, in rows or in quarantine. */
  knows(holder: HolderIndex): boolean {
    return this.#rows.has(holder) || this.#quarantine.has(holder)
  }

  isQuarantined(id: ExportId, holder: HolderIndex): boolean {
    return (this.#quarantine.get(holder)?.slotOf(id) ?? -1) >= 0
  }

  /** How many entries a holder has in quarantine. */
  quarantineSize(holder: HolderIndex): number {
    return this.#quarantine.get(holder)?.size ?? 0
  }

  /** @returns whether it is new there */
  quarantine(id: ExportId, holder: HolderIndex, g: Sequence): boolean {
    let table = this.#quarantine.get(holder)
    if (table === undefined) {
      table = new ColumnTable(['g'])
      this.#quarantine.set(holder, table)
    }
    const known = table.slotOf(id)
    const slot = known < 0 ? table.add(id) : known
    table.columns.g[slot] = g
    return known < 0
  }

  /** @returns the `g` that was kept with it, or undefined when it was not there */
  unquarantine(id: ExportId, holder: HolderIndex): Sequence | undefined {
    const table = this.#quarantine.get(holder)
    const slot = table?.slotOf(id) ?? -1
    if (table === undefined || slot < 0) return undefined
    const g = table.columns.g[slot]
    table.removeAt(slot)
    if (table.size === 0) this.#quarantine.delete(holder)
    return g
  }

  /** Empties a holder's quarantine. */
  takeQuarantine(holder: HolderIndex): ExportId[] {
    const table = this.#quarantine.get(holder)
    this.#quarantine.delete(holder)
    return Array.from({ length: table?.size ?? 0 }, (_, slot) => table?.idAt(slot) as ExportId)
  }

  /** These exports are gone. For each holder O(ids), or its rows where those are fewer, and their logarithm. @param ids ascending */
  removeExports(ids: Column): void {
    for (const [holder, rows] of this.#rows) {
      const before = rows.size
      rows.removeAll(ids)
      if (rows.size < before) this.#unsettled.add(holder)
      if (rows.size === 0) this.#rows.delete(holder)
    }
    for (const [holder, quarantine] of this.#quarantine) {
      quarantine.removeAll(ids)
      if (quarantine.size === 0) this.#quarantine.delete(holder)
    }
  }

  /** The holder has let go of what it knew to be gone. */
  settle(holder: HolderIndex): void {
    this.#unsettled.delete(holder)
  }

  /**
   * What a holder that has received all I sent must hold; undefined while that cannot be said: a verdict has removed what it may still
   * hold, or there is something in quarantine. O(its rows).
   */
  digestFor(holder: HolderIndex): Digest | undefined {
    if (this.#unsettled.has(holder) || this.#quarantine.has(holder)) return undefined
    const rows = this.rowsOf(holder)
    const ids = new Float64Array(rows.size)
    for (let slot = 0; slot < ids.length; slot++) ids[slot] = rows.idAt(slot)
    return { count: ids.length, digest: digestOf(ids) }
  }

  image(): HolderListsImage {
    const rows = new Map(Array.from(this.#rows, ([holder, table]) => [holder, table.image()]))
    const quarantine = new Map(Array.from(this.#quarantine, ([holder, table]) => [holder, table.image()]))
    return { rows, quarantine, unsettled: [...this.#unsettled] }
  }

  restore({ rows, quarantine, unsettled }: HolderListsImage): void {
    for (const [holder, table] of rows) this.ensureRows(holder).restore(table)
    for (const [holder, image] of quarantine) {
      const table: Quarantine = new ColumnTable(['g'])
      table.restore(image)
      this.#quarantine.set(holder, table)
    }
    for (const holder of unsettled) this.#unsettled.add(holder)
  }
}
