/** The columns of the export table, and what a report takes of them: copies in the order of ids, some entries left out. */
import { type Column, type ColumnTable, type ExportId, firstAtLeast, type ObjectKey } from '@holdfast/core'

/**
 * `object`: its key. `ver`. `holders`: rows and quarantined entries. `quarantined`: how many of those are quarantined. `usedAt`: when `ver`
 * last moved.
 */
export type Exports = ColumnTable<'object' | 'ver' | 'holders' | 'quarantined' | 'usedAt'>

/** The rows of one holder: `g` is my sequence number of the last grant, `r` the holder's of its last addRef. */
export type Rows = ColumnTable<'g' | 'r'>

/** Some exports, by ascending id. */
export interface ExportColumns {
  readonly ids: Float64Array
  readonly objects: Float64Array
  readonly versions: Float64Array
  /** Places of those that somebody has in quarantine. */
  readonly quarantinedPlaces: readonly number[]
}

/** Some rows of one holder, in the order of the exports asked for. */
export interface RowColumns {
  /** Places of the rows' exports among those asked for, ascending. */
  readonly places: Float64Array
  /** `g` and `r` of each. */
  readonly granted: Float64Array
  readonly added: Float64Array
}

/** The exports that pass a test, ascending. O(n log n). */
export function selectExports(exports: Exports, passes: (object: ObjectKey, id: ExportId) => boolean): ExportColumns {
  const slots = exports.slotsById()
  const { object, ver, quarantined } = exports.columns
  const ids = new Float64Array(slots.length)
  const objects = new Float64Array(slots.length)
  const versions = new Float64Array(slots.length)
  const quarantinedPlaces: number[] = []
  let count = 0
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index]
    const id = exports.idAt(slot) as ExportId
    if (!passes(object[slot] as ObjectKey, id)) continue
    if (quarantined[slot] > 0) quarantinedPlaces.push(count)
    ids[count] = id
    objects[count] = object[slot]
    versions[count++] = ver[slot]
  }
  return {
    ids: ids.subarray(0, count),
    objects: objects.subarray(0, count),
    versions: versions.subarray(0, count),
    quarantinedPlaces,
  }
}

/** The rows of the exports `ids` (ascending). O(rows log(rows + ids)), however many exports there are. */
export function selectRows(rows: Rows, ids: Column): RowColumns {
  const slots = rows.slotsById()
  const { g, r } = rows.columns
  const places = new Float64Array(slots.length)
  const granted = new Float64Array(slots.length)
  const added = new Float64Array(slots.length)
  let count = 0
  let place = 0
  for (let index = 0; index < slots.length && place < ids.length; index++) {
    const slot = slots[index]
    const id = rows.idAt(slot)
    place = firstAtLeast(ids, place, id)
    if (ids[place] !== id) continue
    places[count] = place
    granted[count] = g[slot]
    added[count++] = r[slot]
  }
  return { places: places.subarray(0, count), granted: granted.subarray(0, count), added: added.subarray(0, count) }
}
