/**
 * Remote objects that never leak, for every platform: nodes, managed classes, and what can be done with remote objects and futures. In
 * Node there is more, see `index.ts`.
 */

export {
  HoldfastError,
  InvariantError,
  LimitError,
  type NodeId,
  ProtocolError,
  UsageError,
} from '@holdfast/core'
export { Managed, type ManagedWeakMap, RefList, RefMap, RefSet } from '@holdfast/heap/managed'
export type { Authenticate, Credentials, Destination, PeerIdentity } from '@holdfast/node'
export {
  assign,
  BrokenReferenceError,
  type ByReference,
  byReference,
  CallError,
  type CallOptions,
  type ConnectOptions,
  calling,
  createNode,
  DisposedError,
  type Future,
  type FutureView,
  futureOf,
  type HoldfastNode,
  inspect,
  type ListenOptions,
  NodeClosedError,
  type NodeEvent,
  type NodeEventOf,
  type NodeEventType,
  type NodeOptions,
  PeerRestartedError,
  type Remote,
  type RoundOutcome,
  SessionEndedError,
  TimedOutError,
  UnreachableError,
  type WeakReference,
  type WebSocketOptions,
  within,
} from '@holdfast/node'
