export { DurableHeap } from './durable-heap.js'
export { DurableHeapNode, type DurableHeapNodeOptions } from './durable-heap-node.js'
