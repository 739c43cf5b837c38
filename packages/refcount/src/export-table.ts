/**
 * The owner's side of reference listing: which of this node's objects others may hold, and who holds each.
 *
 * Invariants
 * - An export's id is never reused within the incarnation, also when the object is exported again later.
 * - `ver` moves with every grant, use and addRef, and with nothing else.
 * - A row belongs to the holder's current session; when that session ends all its rows become quarantined entries.
 * - An export that nobody holds, in a row or in quarantine, is removed at once and handed out as released.
 *
 * Sequence numbers, `g` and `r` are those of `docs/protocol.md`, section 2. Source: reference listing after Birrell, Evers, Nelson,
 * Owicki and Wobber, "Distributed Garbage Collection for Network Objects" (1993), with the channel's sequence
 * numbers in place of its per-reference ones.
 */
import {
  ALL_RULES,
  type Column,
  ColumnTable,
  type ExportId,
  fail,
  IdMap,
  type ObjectKey,
  ProtocolError,
  type Rules,
  type Sequence,
  UsageError,
} from '@holdfast/core'
import {
  type ExportColumns,
  type Exports,
  type RowColumns,
  type Rows,
  selectExports,
  selectRows,
} from './export-columns.js'

/** What the table calls a holder: a small number that its user chooses, one for each incarnation of a peer. */
export type HolderIndex = number

/** What a drop did. */
export interface DropResult {
  /** Objects that nobody holds any more; their exports are gone. */
  readonly released: ObjectKey[]
  /** Ids that were not listed for the holder, or whose row a newer grant had renewed. */
  readonly ignored: number
}

export class ExportTable {
  readonly #exports: Exports = new ColumnTable(['object', 'ver', 'holders', 'quarantined'])
  /** The export of each exported object, by its key. */
  readonly #byObject = new ColumnTable(['id'])
  readonly #rows = new Map<HolderIndex, Rows>()
  readonly #quarantine = new Map<HolderIndex, IdMap>()
  readonly #rules: Rules
  #nextId = 1

  constructor(rules: Rules = ALL_RULES) {
    this.#rules = rules
  }

  /** How many objects are exported. */
  get size(): number {
    return this.#exports.size
  }

  /** How many (export, holder) rows there are, without the quarantined. O(holders). */
  get rowCount(): number {
    let count = 0
    for (const rows of this.#rows.values()) count += rows.size
    return count
  }

  /** What the next object to be exported will be called. */
  get nextId(): ExportId {
    return this.#nextId as ExportId
  }

  /** Whether an id was ever handed out in this incarnation. */
  isIssued(id: ExportId): boolean {
    return id < this.#nextId
  }

  has(id: ExportId): boolean {
    return this.#exports.slotOf(id) >= 0
  }

  /** The object behind an export. @throws InvariantError when there is no such export */
  objectOf(id: ExportId): ObjectKey {
    return this.#exports.columns.object[this.#slot(id)] as ObjectKey
  }

  /** The export of an object, or undefined. */
  exportOf(object: ObjectKey): ExportId | undefined {
    const slot = this.#byObject.slotOf(object)
    return slot < 0 ? undefined : (this.#byObject.columns.id[slot] as ExportId)
  }

  /** `ver` of an export. @throws InvariantError when there is no such export */
  versionOf(id: ExportId): number {
    return this.#exports.columns.ver[this.#slot(id)]
  }

  /** Whether somebody has the export in quarantine. @throws InvariantError when there is no such export */
  isQuarantined(id: ExportId): boolean {
    return this.#exports.columns.quarantined[this.#slot(id)] > 0
  }

  /** The nodes that refer to an export, the quarantined included. O(holders of the table). */
  holdersOf(id: ExportId): HolderIndex[] {
    const rows = [...this.#rows].filter(([, table]) => table.slotOf(id) >= 0)
    const quarantined = [...this.#quarantine].filter(([, ids]) => ids.has(id))
    return [...new Set([...rows, ...quarantined].map(([holder]) => holder))]
  }

  /** Whether a holder is listed for an export in its current session. */
  isListed(id: ExportId, holder: HolderIndex): boolean {
    return (this.#rows.get(holder)?.slotOf(id) ?? -1) >= 0
  }

  /** The exports whose object passes a test, ascending, column by column; for reports. O(n log n). */
  select(passes: (object: ObjectKey, id: ExportId) => boolean): ExportColumns {
    return selectExports(this.#exports, passes)
  }

  /** The exported objects, each once. O(n). */
  *objects(): IterableIterator<ObjectKey> {
    for (let slot = 0; slot < this.#exports.size; slot++) yield this.#exports.columns.object[slot] as ObjectKey
  }

  /** A holder's rows of the given exports (ascending): their places among those, and the stamps. O(rows + exports). */
  selectRows(holder: HolderIndex, ids: Column): RowColumns {
    return selectRows(this.#rows.get(holder) ?? new ColumnTable(['g', 'r']), ids)
  }

  /**
   * A reference to an object goes to a holder in the message `sequence`: makes the export and the row where they are
   * missing. Returns the export's id.
   */
  grant(object: ObjectKey, holder: HolderIndex, sequence: Sequence): ExportId {
    const id = this.exportOf(object) ?? this.#export(object)
    const rows = this.#rowsFor(holder)
    const row = this.#row(id, rows)
    rows.columns.g[row] = sequence
    this.#exports.columns.ver[this.#slot(id)]++
    return id
  }

  /**
   * A message of a holder targets an export, or carries it home. Moves `ver`.
   * @returns the object, or undefined when the holder is not listed for it in this session: answer `broken`. That
   * goes for an id that was never issued, too: a gift that named it may have deceived the holder.
   */
  use(id: ExportId, holder: HolderIndex): ObjectKey | undefined {
    if (!this.isListed(id, holder)) return undefined
    const slot = this.#slot(id)
    this.#exports.columns.ver[slot]++
    return this.#exports.columns.object[slot] as ObjectKey
  }

  /**
   * A holder that got the reference as a gift asks, in its message `sequence`, to be listed. Moves `ver`.
   * @returns false when the export is gone, or was never there: answer `broken`
   */
  addRef(id: ExportId, holder: HolderIndex, sequence: Sequence): boolean {
    if (!this.has(id)) return false
    const rows = this.#rowsFor(holder)
    const row = this.#row(id, rows)
    rows.columns.r[row] = sequence
    this.#exports.columns.ver[this.#slot(id)]++
    return true
  }

  /**
   * A holder has no more use for `ids`, as of my message `received`. A row that a later message granted anew stays
   * (resurrection); what is not listed is ignored and counted. O(ids).
   */
  drop(ids: Column, holder: HolderIndex, received: Sequence): DropResult {
    const rows = this.#rows.get(holder)
    const released: ObjectKey[] = []
    let ignored = 0
    for (let index = 0; index < ids.length; index++) {
      const row = rows?.slotOf(ids[index]) ?? -1
      if (rows === undefined || row < 0 || this.#isRenewed(rows, row, received)) {
        ignored++
        continue
      }
      rows.removeAt(row)
      this.#letGo(ids[index] as ExportId, released)
    }
    if (rows?.size === 0) this.#rows.delete(holder)
    return { released, ignored }
  }

  /** A holder's session is over: what it held counts as live, in quarantine. O(its rows). */
  endSession(holder: HolderIndex): void {
    const rows = this.#rows.get(holder)
    if (rows === undefined) return
    this.#rows.delete(holder)
    const quarantine = this.#quarantine.get(holder) ?? new IdMap()
    this.#quarantine.set(holder, quarantine)
    for (let row = 0; row < rows.size; row++) {
      const { holders, quarantined } = this.#exports.columns
      const slot = this.#slot(rows.idAt(row) as ExportId)
      if (quarantine.has(rows.idAt(row))) holders[slot]--
      else {
        quarantine.set(rows.idAt(row), 0)
        quarantined[slot]++
      }
    }
  }

  /**
   * Removes exports that a verdict condemned, whoever holds them. Ids that are gone already are passed over.
   * @returns the objects whose exports went, or undefined when some `ver` moved: refused whole, and an alarm
   * @throws ProtocolError `never-issued`
   */
  sweep(ids: Column, versions: Column): ObjectKey[] | undefined {
    for (let index = 0; index < ids.length; index++) {
      this.#requireIssued(ids[index] as ExportId)
      const slot = this.#exports.slotOf(ids[index])
      if (slot >= 0 && this.#exports.columns.ver[slot] !== versions[index]) return undefined
    }
    const objects: ObjectKey[] = []
    for (let index = 0; index < ids.length; index++) {
      const slot = this.#exports.slotOf(ids[index])
      if (slot >= 0) objects.push(this.#exports.columns.object[slot] as ObjectKey)
    }
    this.#byObject.removeAll(objects)
    this.#exports.removeAll(ids)
    for (const [holder, rows] of this.#rows) {
      rows.removeAll(ids)
      if (rows.size === 0) this.#rows.delete(holder)
    }
    for (const [holder, quarantine] of this.#quarantine) {
      for (let index = 0; index < ids.length; index++) quarantine.delete(ids[index])
      if (quarantine.size === 0) this.#quarantine.delete(holder)
    }
    return objects
  }

  #isRenewed(rows: Rows, row: number, received: Sequence): boolean {
    return rows.columns.g[row] > received && this.#rules.on('dropRef-checks-g')
  }

  #export(object: ObjectKey): ExportId {
    if (!Number.isSafeInteger(object) || object < 0) {
      throw new UsageError('bad-object', 'an object key is a non-negative safe integer', { object })
    }
    const id = this.#nextId++ as ExportId
    const slot = this.#exports.add(id)
    this.#exports.columns.object[slot] = object
    const place = this.#byObject.add(object)
    this.#byObject.columns.id[place] = id
    return id
  }

  #slot(id: ExportId): number {
    const slot = this.#exports.slotOf(id)
    if (slot < 0) fail('an export that is asked about exists', { id })
    return slot
  }

  #rowsFor(holder: HolderIndex): Rows {
    let rows = this.#rows.get(holder)
    if (rows === undefined) {
      rows = new ColumnTable(['g', 'r'])
      this.#rows.set(holder, rows)
    }
    return rows
  }

  #row(id: ExportId, rows: Rows): number {
    const row = rows.slotOf(id)
    if (row >= 0) return row
    this.#exports.columns.holders[this.#slot(id)]++
    return rows.add(id)
  }

  #letGo(id: ExportId, released: ObjectKey[]): void {
    const { holders } = this.#exports.columns
    const slot = this.#slot(id)
    if (holders[slot] === 0) fail('a row is counted', { id })
    if (--holders[slot] === 0) released.push(this.#remove(id))
  }

  #remove(id: ExportId): ObjectKey {
    const slot = this.#slot(id)
    const object = this.#exports.columns.object[slot] as ObjectKey
    this.#exports.removeAt(slot)
    this.#byObject.removeAt(this.#byObject.slotOf(object))
    return object
  }

  #requireIssued(id: ExportId): void {
    if (this.isIssued(id)) return
    throw new ProtocolError('never-issued', 'the peer names an export that was never issued', { id })
  }
}
