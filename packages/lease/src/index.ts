export { Deadlines, type DeadlinesImage } from './deadlines.js'
export { DEFAULT_LEASE, type LeaseOptions, type LeaseTimes, leaseTimes } from './lease-times.js'
export {
  type AcquireOptions,
  DEFAULT_OBJECT_LEASE_LIMITS,
  type ExpiredLease,
  type LeaseId,
  type LeaseView,
  type ObjectLeaseLimits,
  ObjectLeases,
} from './object-lease.js'
export { SessionLease, type SessionLeaseImage } from './session-lease.js'
export { type SponsorEffect, type SponsorEvent, SponsoredLeases } from './sponsored.js'
