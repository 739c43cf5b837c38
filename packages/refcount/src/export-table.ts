/**
 * The owner's side of reference listing: which of this node's objects others may hold, and who holds each.
 *
 * Invariants
 * - An export's id is never reused within the incarnation, also when the object is exported again later.
 * - `ver` moves with every grant, use and addRef, and with nothing else.
 * - A row belongs to the holder's current session; when that session ends all its rows become quarantined entries, which a
 *   reconcile in the next makes rows again, and the end of the quarantine removes.
 * - An export that nobody holds, in a row or in quarantine, is removed at once and handed out as released.
 *
 * Sequence numbers, `g` and `r` are those of `docs/protocol.md`, section 2. Source: reference listing after Birrell, Evers, Nelson,
 * Owicki and Wobber, "Distributed Garbage Collection for Network Objects" (1993), with the channel's sequence
 * numbers in place of its per-reference ones.
 */
import {
  ALL_RULES,
  type Column,
  type ExportId,
  type Instant,
  instant,
  type ObjectKey,
  ProtocolError,
  type Rules,
  type Sequence,
} from '@holdfast/core'
import { type ExportColumns, type RowColumns, type Rows, selectExports, selectRows } from './export-columns.js'
import { ExportEntries, type ExportEntriesImage } from './export-entries.js'
import { type Digest, type HolderIndex, HolderLists, type HolderListsImage } from './holder-lists.js'
import { SessionRows } from './session-rows.js'

/** An export, for whoever looks into the table. */
export interface ExportDetails {
  readonly id: ExportId
  readonly object: ObjectKey
  /** `ver`. */
  readonly version: number
  /** When it was last granted, used or claimed. */
  readonly usedAt: Instant
  readonly holders: readonly HolderDetails[]
}

export interface HolderDetails {
  readonly holder: HolderIndex
  /** `g` and `r` of its row; null for one in quarantine. */
  readonly stamps: { readonly granted: Sequence; readonly added: Sequence } | null
  readonly isQuarantined: boolean
}

/** What a drop did. */
export interface DropResult {
  /** Objects that nobody holds any more; their exports are gone. */
  readonly released: ObjectKey[]
  /** Ids that were not listed for the holder, or whose row a newer grant had renewed. */
  readonly ignored: number
}

/** Of an `ExportTable`, see `image`. */
export interface ExportTableImage {
  readonly entries: ExportEntriesImage
  readonly lists: HolderListsImage
}

export class ExportTable {
  readonly #entries = new ExportEntries()
  readonly #exports = this.#entries.table
  readonly #lists = new HolderLists()
  readonly #sessions: SessionRows
  readonly #rules: Rules

  constructor(rules: Rules = ALL_RULES) {
    this.#rules = rules
    this.#sessions = new SessionRows(this.#entries, this.#lists, rules)
  }

  /** How many objects are exported. */
  get size(): number {
    return this.#exports.size
  }

  /** How many (export, holder) rows there are, without the quarantined. O(holders). */
  get rowCount(): number {
    return this.#lists.rowCount
  }

  /** How many rows a holder has in its open session. O(1). */
  heldBy(holder: HolderIndex): number {
    return this.#lists.rowsOf(holder).size
  }

  /** What the next object to be exported will be called. */
  get nextId(): ExportId {
    return this.#entries.nextId
  }

  /** Leaves out so many ids. */
  skipIds(count: number): void {
    this.#entries.skipIds(count)
  }

  /** Whether an id was ever handed out in this incarnation. */
  isIssued(id: ExportId): boolean {
    return id < this.#entries.nextId
  }

  has(id: ExportId): boolean {
    return this.#exports.slotOf(id) >= 0
  }

  /** The object behind an export. @throws InvariantError when there is no such export */
  objectOf(id: ExportId): ObjectKey {
    return this.#exports.columns.object[this.#entries.slot(id)] as ObjectKey
  }

  /** The export of an object, or undefined. */
  exportOf(object: ObjectKey): ExportId | undefined {
    return this.#entries.idOf(object)
  }

  /** `ver` of an export. @throws InvariantError when there is no such export */
  versionOf(id: ExportId): number {
    return this.#exports.columns.ver[this.#entries.slot(id)]
  }

  /** Whether somebody has the export in quarantine. @throws InvariantError when there is no such export */
  isQuarantined(id: ExportId): boolean {
    return this.#exports.columns.quarantined[this.#entries.slot(id)] > 0
  }

  /** The nodes that refer to an export, the quarantined included. O(holders of the table). */
  holdersOf(id: ExportId): HolderIndex[] {
    return this.#lists.holdersOf(id)
  }

  /** Whether a holder is listed for an export in its current session. */
  isListed(id: ExportId, holder: HolderIndex): boolean {
    return this.#lists.rowsOf(holder).slotOf(id) >= 0
  }

  /** Whether a holder is listed for an export, or has it in quarantine. O(1). */
  isHeldBy(id: ExportId, holder: HolderIndex): boolean {
    return this.isListed(id, holder) || this.#lists.isQuarantined(id, holder)
  }

  /** The exports whose object passes a test, ascending, column by column; for reports. O(n log n). */
  select(passes: (object: ObjectKey, id: ExportId) => boolean): ExportColumns {
    return selectExports(this.#exports, passes)
  }

  /** The turn is at this time: what is granted, used or claimed in it was last used then. */
  at(now: Instant): void {
    this.#entries.now = now
  }

  /** What is known of an export. O(holders of the table). @throws InvariantError when there is no such export */
  details(id: ExportId): ExportDetails {
    const slot = this.#entries.slot(id)
    const { object, ver, usedAt } = this.#exports.columns
    const holders = this.#lists.holdersOf(id).map((holder) => ({ holder, ...this.#lists.stampsOf(id, holder) }))
    return { id, object: object[slot] as ObjectKey, version: ver[slot], usedAt: instant(usedAt[slot]), holders }
  }

  /** The exported objects, each once. O(n). */
  *objects(): IterableIterator<ObjectKey> {
    for (let slot = 0; slot < this.#exports.size; slot++) yield this.#exports.columns.object[slot] as ObjectKey
  }

  /** A holder's rows of the given exports (ascending): their places among those, and the stamps. O(rows), nearly. */
  selectRows(holder: HolderIndex, ids: Column): RowColumns {
    return selectRows(this.#lists.rowsOf(holder), ids)
  }

  /**
   * A reference to an object goes to a holder in the message `sequence`: makes the export and the row where they are
   * missing. Returns the export's id.
   */
  grant(object: ObjectKey, holder: HolderIndex, sequence: Sequence): ExportId {
    const id = this.#entries.idOf(object) ?? this.#entries.add(object)
    const rows = this.#lists.ensureRows(holder)
    const row = this.#row(id, rows)
    rows.columns.g[row] = sequence
    this.#entries.moved(this.#entries.slot(id))
    return id
  }

  /**
   * A message of a holder targets an export, or carries it home. Moves `ver`.
   * @returns the object, or undefined when the holder is not listed for it in this session: answer `broken`. That
   * goes for an id that was never issued, too: a gift that named it may have deceived the holder.
   */
  use(id: ExportId, holder: HolderIndex): ObjectKey | undefined {
    const slot = this.#exports.slotOf(id)
    if (slot < 0 || (!this.isListed(id, holder) && this.#rules.on('use-needs-a-row'))) return undefined
    this.#entries.moved(slot)
    return this.#exports.columns.object[slot] as ObjectKey
  }

  /**
   * A holder that got the reference as a gift asks, in its message `sequence`, to be listed. Moves `ver`.
   * @returns false when the export is gone, or was never there: answer `broken`
   */
  addRef(id: ExportId, holder: HolderIndex, sequence: Sequence): boolean {
    if (!this.has(id)) return false
    const rows = this.#lists.ensureRows(holder)
    const row = this.#row(id, rows)
    rows.columns.r[row] = sequence
    this.#entries.moved(this.#entries.slot(id))
    return true
  }

  /**
   * A holder has no more use for `ids`, as of my message `received`. A row that a later message granted anew stays
   * (resurrection); what is not listed is ignored and counted. O(ids).
   */
  drop(ids: Column, holder: HolderIndex, received: Sequence): DropResult {
    const rows = this.#lists.rowsOf(holder)
    const released: ObjectKey[] = []
    let ignored = 0
    for (let index = 0; index < ids.length; index++) {
      const row = rows.slotOf(ids[index])
      if (row < 0 || this.#isRenewed(rows, row, received)) {
        ignored++
        continue
      }
      rows.removeAt(row)
      this.#entries.letGo(ids[index] as ExportId, released)
    }
    this.#lists.tidy(holder)
    this.#lists.settle(holder)
    return { released, ignored }
  }

  /**
   * A holder's session is over: what it held counts as live, in quarantine. O(its rows).
   * @returns objects that nobody holds any more: none, with all rules
   */
  endSession(holder: HolderIndex): ObjectKey[] {
    return this.#sessions.end(holder)
  }

  /**
   * A holder tells in its message `sequence` that it still holds these: what it has a row or a quarantined entry for is listed.
   * Does not move `ver`. O(ids).
   * @returns the ids that are not listed: answer `broken`
   */
  relist(ids: Column, holder: HolderIndex, sequence: Sequence): ExportId[] {
    return this.#sessions.relist(ids, holder, sequence)
  }

  /**
   * A holder has told all that it holds, from its message `since` on: what it did not name, it does not hold, unless a message of mine
   * after `received` granted it. O(its rows and quarantine).
   * @returns objects that nobody holds any more
   */
  endReconcile(holder: HolderIndex, since: Sequence, received: Sequence): ObjectKey[] {
    const { released } = this.drop(this.#sessions.unnamed(holder, since, received), holder, received)
    return this.#rules.on('reconcile-ends-quarantine') ? [...released, ...this.endQuarantine(holder)] : released
  }

  /** What a holder has in quarantine is removed. O(that). @returns objects that nobody holds any more */
  endQuarantine(holder: HolderIndex): ObjectKey[] {
    return this.#sessions.endQuarantine(holder)
  }

  /** How many entries a holder has in quarantine. O(1). */
  quarantineSize(holder: HolderIndex): number {
    return this.#lists.quarantineSize(holder)
  }

  /** Whether a holder has rows or quarantined entries. O(1). */
  knows(holder: HolderIndex): boolean {
    return this.#lists.knows(holder)
  }

  /**
   * What a holder must hold that has received all that was sent to it; undefined while that cannot be said. O(its rows).
   */
  digestFor(holder: HolderIndex): Digest | undefined {
    return this.#lists.digestFor(holder)
  }

  /**
   * Removes exports that a verdict condemned, whoever holds them. Ids that are gone already are passed over.
   * @returns the objects whose exports went, or undefined when some `ver` moved: refused whole, and an alarm
   * @throws ProtocolError `never-issued`
   */
  sweep(ids: Column, versions: Column): ObjectKey[] | undefined {
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index] as ExportId
      if (!this.isIssued(id)) {
        throw new ProtocolError('never-issued', 'the peer names an export that was never issued', { id })
      }
      const slot = this.#exports.slotOf(id)
      if (slot >= 0 && this.#exports.columns.ver[slot] !== versions[index]) return undefined
    }
    const objects = this.#entries.removeAll(ids)
    this.#lists.removeExports(ids)
    return objects
  }

  #isRenewed(rows: Rows, row: number, received: Sequence): boolean {
    return rows.columns.g[row] > received && this.#rules.on('dropRef-checks-g')
  }

  #row(id: ExportId, rows: Rows): number {
    const row = rows.slotOf(id)
    if (row >= 0) return row
    this.#exports.columns.holders[this.#entries.slot(id)]++
    return rows.add(id)
  }

  /** This table as data. */
  image(): ExportTableImage {
    return { entries: this.#entries.image(), lists: this.#lists.image() }
  }

  /** Becomes the table that an image is of. Only for an empty one. */
  restore({ entries, lists }: ExportTableImage): void {
    this.#entries.restore(entries)
    this.#lists.restore(lists)
  }
}
