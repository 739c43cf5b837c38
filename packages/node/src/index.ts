export { HeapNode, type HeapNodeOptions, type RoundOutcome } from './heap-node.js'
export type { Answer, ArrivedHandle, IncomingAnswer, IncomingCall, OutgoingCall } from './message.js'
