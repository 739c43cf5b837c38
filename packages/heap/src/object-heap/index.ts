export { generationOf, type Handle, slotOf } from './handle.js'
export { type Collected, ObjectHeap, type OutsideHolds, type OutsideRoots, type Reclaimed } from './object-heap.js'
