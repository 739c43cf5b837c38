export type { Counters } from './channel.js'
export type { Faults } from './faults.js'
export type { MemoryLink } from './memory-link.js'
export { MemoryNetwork, type MemoryNetworkOptions } from './memory-network.js'
