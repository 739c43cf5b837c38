export { type DropResult, type ExportColumns, ExportTable, type HolderIndex, type RowColumns } from './export-table.js'
export { GiftTable } from './gifts.js'
export { type ImportColumns, ImportTable, type OwnerIndex, UNSENT } from './import-table.js'
