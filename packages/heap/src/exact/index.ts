/// <reference types="node" />
/** Exact tracing of ordinary objects from V8 heap snapshots, and heap snapshots to ask. Node only. */
export type { ExactTrace } from './exact-trace.js'
export type { HeapEdge } from './heap-edge.js'
export { type HeapShape, readHeapShape } from './heap-shape.js'
export { HeapSnapshot, type PathOptions } from './heap-snapshot.js'
export type { PathStep } from './path-steps.js'
export { type ReadOptions, readHeapSnapshot } from './read-heap-snapshot.js'
export type { CodeLocation } from './script-locations.js'
export { type TraceExactOptions, traceExact } from './trace-exact.js'
