/**
 * Every bar, in one table. A run is held against all of them: a bar that no row reaches for is missing, and that is as bad as one that is
 * not reached. The numbers come from what other systems and the machine itself do, measured once; docs/performance.md tells.
 */
import { SCENARIOS } from './leaks/scenario.js'

export interface Bar {
  readonly suite: string
  readonly case: string
  readonly variant: string
  readonly metric: string
  /** The variant whose ratio counts; null: the value itself counts. */
  readonly ratioTo: string | null
  readonly is: 'at least' | 'at most'
  readonly bar: number
  /** What would make it the best there is; null where the bar does already. */
  readonly aim: number | null
}

const OURS = 'holdfast'

/** Who reaches for a bar, unless it is somebody else: our variant, by its ratio or by its value. */
interface Place {
  readonly suite: string
  readonly case: string
  readonly metric: string
  readonly variant?: string
  readonly ratioTo?: string
}

function bar(
  { suite, case: name, metric, variant = OURS, ratioTo }: Place,
  is: Bar['is'],
  [bound, aim]: readonly [bar: number, aim?: number],
): Bar {
  return { suite, case: name, variant, metric, ratioTo: ratioTo ?? null, is, bar: bound, aim: aim ?? null }
}

/** The case in which references are made, held and released: the names are those of the suite. */
const REFERENCES = { suite: 'references', case: '100,000' } as const
const LARGE_GRAPH = { suite: 'marking', case: '1,000,000 objects, churned', variant: 'compact' } as const
const WHOLE_HEAP = { suite: 'collection', case: 'real heap, 4 nodes, all roots' } as const
const WHOLE_HEAP_8 = { suite: 'collection', case: 'real heap, 8 nodes, all roots' } as const
const CALLS_MEANWHILE = { suite: 'collection', case: 'calls during a collection', variant: 'during' } as const
const LIVE_GROWS = { suite: 'collection', case: 'fixed garbage, live × 100', variant: OURS } as const
const LEASES = { suite: 'leases', case: '1,000,000 object leases' } as const
const LEAKS = [SCENARIOS.dropped, SCENARIOS.cycle, SCENARIOS.terminated, SCENARIOS.closed]
const DURABLE = { suite: 'durability', variant: 'callee on disk', metric: 'calls', ratioTo: 'in memory' } as const
const SOAK = { suite: 'memory', case: 'soak' } as const

export const BARS: readonly Bar[] = [
  bar({ suite: 'calls', case: 'sequential', metric: 'calls', ratioTo: 'raw' }, 'at least', [0.8, 0.95]),
  bar({ suite: 'calls', case: '1,000 in flight', metric: 'calls', ratioTo: 'raw' }, 'at least', [2, 3.5]),

  bar({ ...REFERENCES, metric: 'create', ratioTo: 'raw table' }, 'at least', [0.4, 0.7]),
  bar({ ...REFERENCES, metric: 'live' }, 'at most', [400, 300]),
  bar({ ...REFERENCES, metric: 'wire create' }, 'at most', [60, 40]),
  bar({ ...REFERENCES, metric: 'wire release' }, 'at most', [6, 3]),
  bar({ ...REFERENCES, metric: 'left' }, 'at most', [0]),
  bar({ suite: 'references', case: 'bulk drop of 100,000', metric: 'pause p99' }, 'at most', [10]),

  bar({ ...LARGE_GRAPH, metric: 'mark', ratioTo: 'C' }, 'at most', [12, 5]),
  bar({ ...LARGE_GRAPH, metric: 'mark', ratioTo: 'V8' }, 'at most', [1]),
  bar({ ...LARGE_GRAPH, metric: 'without keys' }, 'at most', [40]),
  bar({ ...LARGE_GRAPH, metric: 'with keys' }, 'at most', [90]),
  bar({ ...LARGE_GRAPH, metric: 'longest slice' }, 'at most', [5]),

  bar({ ...LEASES, metric: 'renewals' }, 'at least', [5e6]),
  bar({ ...LEASES, metric: 'bytes' }, 'at most', [60]),
  bar({ suite: 'leases', case: 'session leases', metric: 'most ÷ least' }, 'at most', [1.5]),

  bar({ ...WHOLE_HEAP, metric: 'collect', ratioTo: 'V8' }, 'at most', [20, 5]),
  bar({ ...WHOLE_HEAP, metric: 'wire' }, 'at most', [15e6]),
  bar({ ...WHOLE_HEAP, metric: 'peak RSS' }, 'at most', [1e9]),
  bar({ ...WHOLE_HEAP_8, metric: 'collect', ratioTo: 'V8' }, 'at most', [20, 5]),
  bar({ suite: 'collection', case: 'real heap, 4 nodes, 5,000 roots', metric: 'wire' }, 'at most', [1e6]),
  bar({ suite: 'collection', case: 'rings', metric: 'rounds, most ÷ least' }, 'at most', [1]),
  bar({ ...LIVE_GROWS, metric: 'messages, most ÷ least' }, 'at most', [1.1]),
  bar({ ...LIVE_GROWS, metric: 'bytes, most ÷ least' }, 'at most', [1.1]),
  bar({ ...CALLS_MEANWHILE, metric: 'p99', ratioTo: 'without' }, 'at most', [2]),
  bar({ ...CALLS_MEANWHILE, metric: 'longest slice' }, 'at most', [10]),

  bar({ ...SOAK, metric: 'heap growth, sure' }, 'at most', [0]),
  bar({ ...SOAK, metric: 'table growth, sure' }, 'at most', [0]),
  bar({ ...SOAK, metric: 'left in tables' }, 'at most', [0]),

  ...LEAKS.map((name) => bar({ suite: 'leaks', case: name, metric: 'left' }, 'at most', [0])),
  bar({ suite: 'leaks', case: SCENARIOS.call, metric: 'a call under way rejects after' }, 'at most', [1_000]),
  bar({ suite: 'leaks', case: SCENARIOS.call, metric: 'a later one after' }, 'at most', [1_000]),

  bar({ ...DURABLE, case: 'calls' }, 'at least', [0.3]),
  bar({ ...DURABLE, case: 'calls that carry a reference' }, 'at least', [0.3]),

  bar({ suite: 'scale', case: 'more nodes', metric: 'bytes a node, most ÷ least' }, 'at most', [1.1]),
]
