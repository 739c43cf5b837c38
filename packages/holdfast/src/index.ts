/**
 * The common case in one import: remote objects that never leak (`createNode`, `Managed`, `Cluster`), and for those who build runtimes of
 * their own the parts underneath. What is not here is in the packages it comes from.
 */

export { Collector, type CollectorEffect, type CollectorEvent, type CollectorOptions } from '@holdfast/collector'
export { type Incarnation, incarnation, nodeId } from '@holdfast/core'
export { type Handle, ObjectHeap } from '@holdfast/heap/object-heap'
export {
  type Answer,
  type ArrivedHandle,
  HeapNode,
  type HeapNodeOptions,
  type IncomingAnswer,
  type IncomingCall,
  type OutgoingCall,
} from '@holdfast/node'
export { type Clock, type Link, RealClock, VirtualClock } from '@holdfast/transport'
export { type Faults, MemoryNetwork, type MemoryNetworkOptions } from '@holdfast/transport/memory'
export { type MessagePortLink, messagePortLink } from '@holdfast/transport/message-port'
export {
  Cluster,
  type ClusterOptions,
  type GraphCluster,
  type GraphClusterOptions,
  MemoryCluster,
  type Partition,
  type Release,
  startGraphCluster,
  ThreadCluster,
  type WorkerGone,
  WorkerGoneError,
  type WorkerModule,
} from '@holdfast/worker'
export * from './browser.js'
