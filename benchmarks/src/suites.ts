/** The suites by name, each loaded only in the process that runs it. */
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
  marking: {
    summary: 'both reference graphs beside a plain mark of compressed rows; where graphology falls behind',
    load: async () => (await import('./marking/marking-suite.js')).markingSuite,
  },
  tables: {
    summary: 'the tables of reference listing beside plain Maps: time and bytes per live reference',
    load: async () => (await import('./tables/tables-suite.js')).tablesSuite,
  },
  leases: {
    summary: 'object leases beside a timer each: renewals a second, bytes per lease',
    load: async () => (await import('./leases/leases-suite.js')).leasesSuite,
  },
  frames: {
    summary: 'a channel beside copying the bytes; what framing and reports add on the wire',
    load: async () => (await import('./frames/frames-suite.js')).framesSuite,
  },
  leaks: {
    summary: 'whether memory of remote objects comes back, beside comlink, capnweb and captp',
    load: async () => (await import('./leaks/leaks-suite.js')).leaksSuite,
  },
  rings: {
    summary: 'garbage rings over worker threads: time, rounds, messages, bytes by length',
    load: async () => (await import('./rings/rings-suite.js')).ringsSuite,
  },
  durability: {
    summary: 'nodes that keep their state on disk beside those that do not: calls and references a second',
    load: async () => (await import('./durability/durability-suite.js')).durabilitySuite,
  },
  heap: {
    summary: `a real program's heap dropped on worker threads beside V8's own full GC of it`,
    load: async () => (await import('./heap/heap-suite.js')).heapSuite,
  },
} as const satisfies Record<string, SuiteEntry>

export type SuiteName = keyof typeof SUITES

export const SUITE_NAMES = Object.keys(SUITES) as SuiteName[]

export const isSuiteName = (name: string): name is SuiteName => Object.hasOwn(SUITES, name)
