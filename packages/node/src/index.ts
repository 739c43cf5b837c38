export { HeapNode, type HeapNodeOptions, type RoundOutcome } from './heap-node.js'
export { type MemoryPressureOptions, watchMemoryPressure } from './memory-pressure.js'
export type { Answer, ArrivedHandle, IncomingAnswer, IncomingCall, OutgoingCall } from './message.js'
export type { RoundPace } from './round-schedule.js'
