export { MemoryStore } from './memory-store.js'
export type { Store, Stored } from './store.js'
export { StoreError, type StoreErrorCode } from './store-error.js'
