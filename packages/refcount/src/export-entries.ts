/**
 * Which objects of a node are exported, and under which id: the part of the export table that is about objects, not about who
 * holds them. It counts holders and does not know them.
 *
 * Invariant: an export whose last holder is let go of is removed at once.
 */
import {
  type Column,
  ColumnTable,
  type ColumnTableImage,
  type ExportId,
  fail,
  type Instant,
  instant,
  type ObjectKey,
  SlotIndex,
  UsageError,
} from '@holdfast/core'
import type { Exports } from './export-columns.js'

export interface ExportEntriesImage {
  readonly table: ColumnTableImage
  readonly nextId: number
}

/** All operations on one export are O(1). */
export class ExportEntries {
  /** The columns, to be read, and written by whoever keeps the lists of holders. */
  readonly table: Exports = new ColumnTable(['object', 'ver', 'holders', 'quarantined', 'usedAt'])
  /** The slots by objects. */
  readonly #byObject = new SlotIndex()
  #nextId = 1

  /** The time of the turn, for `usedAt`. */
  now: Instant = instant(0)

  get nextId(): ExportId {
    return this.#nextId as ExportId
  }

  /** Leaves out so many ids. */
  skipIds(count: number): void {
    this.#nextId += count
  }

  /** The slot of an export, until the next removal. @throws InvariantError when there is no such export */
  slot(id: ExportId): number {
    const slot = this.table.slotOf(id)
    if (slot < 0) fail('an export that is asked about exists', { id })
    return slot
  }

  /** The export of an object, or undefined. */
  idOf(object: ObjectKey): ExportId | undefined {
    const slot = this.#byObject.find(this.table.columns.object, object)
    return slot < 0 ? undefined : (this.table.idAt(slot) as ExportId)
  }

  /** Exports an object that is not exported; nobody holds it yet. @throws UsageError `bad-object` */
  add(object: ObjectKey): ExportId {
    if (!Number.isSafeInteger(object) || object < 0) {
      throw new UsageError('bad-object', 'an object key is a non-negative safe integer', { object })
    }
    const id = this.#nextId++ as ExportId
    const slot = this.table.add(id)
    this.table.columns.object[slot] = object
    this.#byObject.add(this.table.columns.object, slot)
    return id
  }

  /** The export at a slot was granted, used or claimed: moves its `ver`. */
  moved(slot: number): void {
    const { ver, usedAt } = this.table.columns
    ver[slot]++
    usedAt[slot] = this.now
  }

  /** One holder fewer; the last takes the export with it, and its object joins `released`. */
  letGo(id: ExportId, released: ObjectKey[]): void {
    const { holders } = this.table.columns
    const slot = this.slot(id)
    if (holders[slot] === 0) fail('a row is counted', { id })
    if (--holders[slot] === 0) released.push(this.#remove(slot))
  }

  /** Removes those of `ids` that are there, whoever holds them. O(ids log ids). @param ids ascending @returns their objects */
  removeAll(ids: Column): ObjectKey[] {
    const objects: ObjectKey[] = []
    const isMany = ids.length * 4 >= this.table.size
    for (let index = 0; index < ids.length; index++) {
      const slot = this.table.slotOf(ids[index])
      if (slot < 0) continue
      objects.push(isMany ? (this.table.columns.object[slot] as ObjectKey) : this.#remove(slot))
    }
    if (isMany) {
      this.table.removeAll(ids)
      this.#indexObjects()
    }
    return objects
  }

  #remove(slot: number): ObjectKey {
    const { object: objects } = this.table.columns
    const object = objects[slot] as ObjectKey
    this.#byObject.delete(objects, object)
    // The last takes the place of the one that is removed.
    const last = this.table.size - 1
    if (slot !== last) this.#byObject.move(objects, last, slot)
    this.table.removeAt(slot)
    return object
  }

  #indexObjects(): void {
    this.#byObject.clear()
    for (let slot = 0; slot < this.table.size; slot++) this.#byObject.add(this.table.columns.object, slot)
  }

  image(): ExportEntriesImage {
    return { table: this.table.image(), nextId: this.#nextId }
  }

  restore({ table, nextId }: ExportEntriesImage): void {
    this.table.restore(table)
    this.#nextId = nextId
    this.#indexObjects()
  }
}
