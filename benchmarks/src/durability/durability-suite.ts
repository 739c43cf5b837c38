/** What it costs to keep a node's state on disk: calls and references a second beside the same nodes without a disk. */
import type { Case, Suite } from '../suite.js'
import type { Disks } from './pair.js'

/** Calls under way at once: without company each waits for two writes. */
const WINDOW = 2_000

const IN_MEMORY = 'in memory'
const VARIANTS: Readonly<Record<string, Disks>> = {
  [IN_MEMORY]: 'none',
  'callee on disk': 'callee',
  'both on disk': 'both',
}

export const durabilitySuite: Suite = {
  cases: ({ quick }) => [
    durableCalls('calls', { givesReferences: false, quick }),
    durableCalls('calls that carry a reference', { givesReferences: true, quick }),
  ],
}

interface CaseOptions {
  /** To a new object each. */
  readonly givesReferences: boolean
  readonly quick: boolean
}

function durableCalls(name: string, { givesReferences, quick }: CaseOptions): Case {
  const load = { calls: quick ? 10_000 : 40_000, window: WINDOW, givesReferences }
  return {
    name,
    rounds: quick ? 7 : 11,
    metrics: { calls: { unit: 'calls/s', better: 'more', ratioTo: [IN_MEMORY] } },
    variants: Object.fromEntries(
      Object.entries(VARIANTS).map(([variant, disks]) => [
        variant,
        async () => (await import('./durable-calls.js')).startPair(disks, load),
      ]),
    ),
  }
}
