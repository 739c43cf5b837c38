export type { Collected, OutsideHolds, OutsideRoots, Reclaimed } from './collected.js'
export { generationOf, type Handle, slotOf } from './handle.js'
export { type FreedListener, ObjectHeap } from './object-heap.js'
