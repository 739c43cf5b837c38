export { Channel, type ChannelEvent, type ChannelImage, type ChannelOptions, type ChannelState } from './channel.js'
export { type Hello, PROTOCOL_VERSION, peekHello } from './frame.js'
export type { EndReason } from './handshake.js'
export {
  checkLimits,
  checkTiming,
  DEFAULT_LIMITS,
  LOSSLESS_TIMING,
  LOSSY_TIMING,
  recordCost,
  type SessionLimits,
  type SessionTiming,
} from './limits.js'
export { OpeningCounter } from './opening-counter.js'
