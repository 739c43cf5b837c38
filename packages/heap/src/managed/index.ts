export { type AccessorMaker, closureAccessors, generatedAccessors } from './accessors.js'
export type { ManagedKind } from './entry.js'
export type { ExactProbe, Unreachable } from './exactness.js'
export { isManaged, Managed, type managedBrand } from './managed.js'
export { ManagedHeap } from './managed-heap.js'
export type {
  FieldReference,
  ManagedDescription,
  ManagedHeapOptions,
  ManagedSizes,
  PinnedWarning,
} from './options.js'
export { RefList } from './ref-list.js'
export { RefMap } from './ref-map.js'
export { RefSet } from './ref-set.js'
export type { ManagedWeakMap } from './weak-map.js'
