/** The same work for either kind of table, so that nothing but the table differs. */
import type { ExportId, ImportId, ObjectKey } from '@holdfast/core'
import { ExportTable, ImportTable } from '@holdfast/refcount'
import { PlainExports, PlainImports } from './plain-tables.js'

/** One side's table as the suite needs it. */
export interface Side {
  readonly size: number
  /** Makes a reference for each of `count` objects, in order. */
  fill(count: number): void
  /** Uses each reference once, in order. */
  use(count: number): void
  /** Lets go of all, in order. */
  drop(count: number): void
}

const PEER = 1
const FILL_SEQUENCE = 1
const USE_SEQUENCE = 2

const idsTo = (count: number): Float64Array => Float64Array.from({ length: count }, (_, index) => index + 1)

/** Owner's side; ids are handed out from 1. */
export function exportSide(): Side {
  const table = new ExportTable()
  return {
    get size() {
      return table.size
    },
    fill(count) {
      for (let object = 0; object < count; object++) table.grant(object as ObjectKey, PEER, FILL_SEQUENCE)
    },
    use(count) {
      for (let id = 1; id <= count; id++) table.use(id as ExportId, PEER)
    },
    drop: (count) => void table.drop(idsTo(count), PEER, FILL_SEQUENCE),
  }
}

export function plainExportSide(): Side {
  const table = new PlainExports()
  return {
    get size() {
      return table.size
    },
    fill(count) {
      for (let object = 0; object < count; object++) table.grant(object, PEER, FILL_SEQUENCE)
    },
    use(count) {
      for (let id = 1; id <= count; id++) table.use(id, PEER)
    },
    drop: (count) => void table.drop(idsTo(count), PEER, FILL_SEQUENCE),
  }
}

/** Holder's side; imports are numbered from 0. */
export function importSide(): Side {
  const table = new ImportTable()
  return {
    get size() {
      return table.size
    },
    fill(count) {
      for (let id = 1; id <= count; id++) table.take(PEER, id as ExportId, FILL_SEQUENCE)
    },
    use(count) {
      for (let id = 0; id < count; id++) table.used(id as ImportId, USE_SEQUENCE)
    },
    drop(count) {
      for (let id = 0; id < count; id++) table.remove(id as ImportId)
    },
  }
}

export function plainImportSide(): Side {
  const table = new PlainImports()
  return {
    get size() {
      return table.size
    },
    fill(count) {
      for (let id = 1; id <= count; id++) table.take(PEER, id, FILL_SEQUENCE)
    },
    use(count) {
      for (let id = 0; id < count; id++) table.used(id, USE_SEQUENCE)
    },
    drop(count) {
      for (let id = 0; id < count; id++) table.remove(id)
    },
  }
}
