export { ClaimedGifts, type ClaimedGiftsImage, type GiftClaim } from './claimed-gifts.js'
export type { ExportColumns, RowColumns } from './export-columns.js'
export {
  type DropResult,
  type ExportDetails,
  ExportTable,
  type ExportTableImage,
  type HolderDetails,
} from './export-table.js'
export { GiftTable, type GiftTableImage } from './gifts.js'
export type { Digest, HolderIndex } from './holder-lists.js'
export type { OwnerIndex } from './import-entries.js'
export type { ImportProof } from './import-proofs.js'
export {
  type ImportColumns,
  ImportTable,
  type ImportTableImage,
  UNSENT,
} from './import-table.js'
