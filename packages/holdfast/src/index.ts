/**
 * The common case in one import: nodes that share objects, the links and clocks they run on, and clusters that hold a graph. What is
 * not here is in the packages it comes from.
 */

export { Collector, type CollectorEffect, type CollectorEvent, type CollectorOptions } from '@holdfast/collector'
export {
  HoldfastError,
  type Incarnation,
  InvariantError,
  incarnation,
  LimitError,
  type NodeId,
  nodeId,
  ProtocolError,
  UsageError,
} from '@holdfast/core'
export { type Handle, ObjectHeap } from '@holdfast/heap/object-heap'
export {
  type Answer,
  type ArrivedHandle,
  HeapNode,
  type HeapNodeOptions,
  type IncomingAnswer,
  type IncomingCall,
  type OutgoingCall,
  type RoundOutcome,
} from '@holdfast/node'
export { type Clock, type Link, RealClock, VirtualClock } from '@holdfast/transport'
export { type Faults, MemoryNetwork, type MemoryNetworkOptions } from '@holdfast/transport/memory'
export { type MessagePortLink, messagePortLink } from '@holdfast/transport/message-port'
export {
  Cluster,
  type GraphCluster,
  type GraphClusterOptions,
  MemoryCluster,
  type Partition,
  type Release,
  startCluster,
  WorkerGoneError,
} from '@holdfast/worker'
