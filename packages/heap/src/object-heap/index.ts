export type { Collected, OutsideHolds, OutsideRoots, Reclaimed } from './collected.js'
export { generationOf, type Handle, slotOf } from './handle.js'
export { type FreedListener, ObjectHeap, type ObjectHeapImage } from './object-heap.js'
