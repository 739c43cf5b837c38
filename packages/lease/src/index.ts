export { Deadlines } from './deadlines.js'
export { DEFAULT_LEASE, type LeaseOptions, type LeaseTimes, leaseTimes } from './lease-times.js'
export { SessionLease } from './session-lease.js'
