/**
 * What becomes of a holder's rows when its session ends: quarantined entries, which a reconcile in the next session makes rows again,
 * and the end of the quarantine removes. Source: docs/protocol.md, section 3, "Heal".
 */
import type { Column, ExportId, ObjectKey, Rules, Sequence } from '@holdfast/core'
import type { ExportEntries } from './export-entries.js'
import type { HolderIndex, HolderLists } from './holder-lists.js'

/** A holder that is listed keeps an export by one count, and so does one that has it in quarantine. */
export class SessionRows {
  readonly #entries: ExportEntries
  readonly #lists: HolderLists
  readonly #rules: Rules

  constructor(entries: ExportEntries, lists: HolderLists, rules: Rules) {
    this.#entries = entries
    this.#lists = lists
    this.#rules = rules
  }

  /** Quarantines a holder's rows. O(its rows). @returns objects that nobody holds any more: none, with all rules */
  end(holder: HolderIndex): ObjectKey[] {
    const released: ObjectKey[] = []
    const rows = this.#lists.takeRows(holder)
    this.#lists.settle(holder)
    for (let row = 0; row < (rows?.size ?? 0); row++) {
      const id = rows?.idAt(row) as ExportId
      if (!this.#rules.on('quarantine-before-removal')) {
        this.#entries.letGo(id, released)
        continue
      }
      const kept = this.#rules.on('g-starts-anew') ? 0 : (rows?.columns.g[row] ?? 0)
      const { holders, quarantined } = this.#entries.table.columns
      const slot = this.#entries.slot(id)
      // It may be there from an earlier session: then it counts once.
      if (this.#lists.quarantine(id, holder, kept)) quarantined[slot]++
      else holders[slot]--
    }
    return released
  }

  /** Lists a holder for what it had in quarantine or has a row for. O(ids). @returns the other ids */
  relist(ids: Column, holder: HolderIndex, sequence: Sequence): ExportId[] {
    const refused: ExportId[] = []
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index] as ExportId
      const isListed = this.#lists.rowsOf(holder).slotOf(id) >= 0
      const isHeld = isListed || this.#lists.isQuarantined(id, holder) || !this.#rules.on('reconcile-needs-a-row')
      if (isHeld && this.#entries.table.slotOf(id) >= 0) this.#relistOne(id, holder, sequence)
      else refused.push(id)
    }
    return refused
  }

  /** The rows that a reconcile, from message `since` on, did not name, and no message after `received` granted. O(its rows). */
  unnamed(holder: HolderIndex, since: Sequence, received: Sequence): ExportId[] {
    const rows = this.#lists.rowsOf(holder)
    const { g, r } = rows.columns
    const ids: ExportId[] = []
    for (let row = 0; row < rows.size; row++) {
      if (r[row] < since && g[row] <= received) ids.push(rows.idAt(row) as ExportId)
    }
    return ids
  }

  /** Removes what a holder has in quarantine. O(that). @returns objects that nobody holds any more */
  endQuarantine(holder: HolderIndex): ObjectKey[] {
    const released: ObjectKey[] = []
    for (const id of this.#lists.takeQuarantine(holder)) {
      this.#entries.table.columns.quarantined[this.#entries.slot(id)]--
      this.#entries.letGo(id, released)
    }
    return released
  }

  #relistOne(id: ExportId, holder: HolderIndex, sequence: Sequence): void {
    const columns = this.#entries.table.columns
    const slot = this.#entries.slot(id)
    const kept = this.#lists.unquarantine(id, holder)
    const rows = this.#lists.ensureRows(holder)
    let row = rows.slotOf(id)
    if (kept !== undefined) columns.quarantined[slot]--
    if (row < 0) {
      row = rows.add(id)
      rows.columns.g[row] = kept ?? 0
      if (kept === undefined) columns.holders[slot]++
    } else if (kept !== undefined) columns.holders[slot]--
    rows.columns.r[row] = sequence
    if (!this.#rules.on('reconcile-keeps-ver')) columns.ver[slot]++
  }
}
