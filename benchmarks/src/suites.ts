/** The suites by name, each loaded when it is run. */
import type { Suite } from './suite.js'

interface SuiteEntry {
  readonly summary: string
  readonly load: () => Promise<Suite>
}

export const SUITES = {
  calls: {
    summary: 'remote calls beside raw messages, comlink, birpc, capnweb and captp; chains over a slow link',
    load: async () => (await import('./calls/calls-suite.js')).callsSuite,
  },
  references: {
    summary: 'remote references made, held and released, beside a raw table and other libraries',
    load: async () => (await import('./references/references-suite.js')).referencesSuite,
  },
  marking: {
    summary: 'both reference graphs beside C, V8 and plain rows; where graphology falls behind',
    load: async () => (await import('./marking/marking-suite.js')).markingSuite,
  },
  leases: {
    summary: 'object leases beside a timer each; the lease of a session by what it keeps',
    load: async () => (await import('./leases/leases-suite.js')).leasesSuite,
  },
  collection: {
    summary: `cycles: a real program's heap beside V8's own full GC of it, rings, live heaps, calls meanwhile`,
    load: async () => (await import('./collection/collection-suite.js')).collectionSuite,
  },
  memory: {
    summary: 'churn of peers, references, cycles and calls: heap and tables stay flat',
    load: async () => (await import('./memory/memory-suite.js')).memorySuite,
  },
  scale: {
    summary: 'curves over many simulated nodes (npm run scale has them all)',
    load: async () => (await import('./scale/scale-suite.js')).scaleSuite,
  },
  leaks: {
    summary: 'whether memory of remote objects comes back, beside comlink, capnweb and captp',
    load: async () => (await import('./leaks/leaks-suite.js')).leaksSuite,
  },
  tables: {
    summary: 'the tables of reference listing beside plain Maps: time and bytes per live reference',
    load: async () => (await import('./tables/tables-suite.js')).tablesSuite,
  },
  frames: {
    summary: 'a channel beside copying the bytes; what framing and reports add on the wire',
    load: async () => (await import('./frames/frames-suite.js')).framesSuite,
  },
  durability: {
    summary: 'nodes that keep their state on disk beside those that do not: calls and references a second',
    load: async () => (await import('./durability/durability-suite.js')).durabilitySuite,
  },
} as const satisfies Record<string, SuiteEntry>

export type SuiteName = keyof typeof SUITES

export const SUITE_NAMES = Object.keys(SUITES) as SuiteName[]

export const isSuiteName = (name: string): name is SuiteName => Object.hasOwn(SUITES, name)
