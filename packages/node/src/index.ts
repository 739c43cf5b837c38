export type { CallFailure, CallFailureCode } from './call-failure.js'
export type { Authenticate, Credentials, Destination, PeerIdentity } from './face/authentication.js'
export { byReference } from './face/by-reference.js'
export {
  BrokenReferenceError,
  CallError,
  DisposedError,
  NodeClosedError,
  PeerRestartedError,
  SessionEndedError,
  TimedOutError,
  UnreachableError,
} from './face/call-errors.js'
export type { CallOptions } from './face/caller.js'
export type { Codec, Codecs } from './face/codecs.js'
export { createNode } from './face/create-node.js'
export type { NodeEvent, NodeEventOf, NodeEventType } from './face/events.js'
export type { ExactOptions, ExactOutcome } from './face/exact.js'
export type { FutureView } from './face/future.js'
export { futureOf, inspect, within } from './face/future-functions.js'
export type { HoldfastNode } from './face/node.js'
export type { ConnectOptions, GarbagePace, LinkSource, NodeOptions } from './face/node-options.js'
export { assign, calling } from './face/remote-functions.js'
export type { WeakReference } from './face/weak-reference.js'
export type { ListenOptions, WebSocketOptions } from './face/web-sockets.js'
export { HeapNode } from './heap-node.js'
export type { HeapNodeOptions } from './heap-node-options.js'
export type { Answer, ArrivedHandle, IncomingAnswer, IncomingCall, OutgoingCall } from './message.js'
export { LATER, type OpenCall } from './message.js'
export type { ByReference, Future, Remote } from './remote-type.js'
export type { RoundPace } from './round-schedule.js'
export type { RoundOutcome } from './rounds.js'
export { type ErrorValue, fromErrorValue, toErrorValue } from './values/error-value.js'
