export type { ExportColumns, RowColumns } from './export-columns.js'
export { type DropResult, ExportTable, type HolderIndex } from './export-table.js'
export { GiftTable } from './gifts.js'
export { type ImportColumns, ImportTable, type OwnerIndex, UNSENT } from './import-table.js'
