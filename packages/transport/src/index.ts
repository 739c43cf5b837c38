export { Backoff, type BackoffOptions } from './backoff.js'
export type { Clock } from './clock.js'
export { ConnectionError } from './connection-error.js'
export { Inbox, type InboxOptions } from './inbox.js'
export { IntroducedLink } from './introduced-link.js'
export {
  type CloseReason,
  checkFrameLength,
  DEFAULT_MAX_FRAME_BYTES,
  type Link,
  type LinkHandlers,
  type PeerCertificate,
  type PostingLink,
} from './link.js'
export type { JoinedNetwork, Network, NetworkHandlers, NetworkMember } from './network.js'
export { RealClock, type RealClockOptions } from './real-clock.js'
export { type RunOptions, VirtualClock } from './virtual-clock.js'
