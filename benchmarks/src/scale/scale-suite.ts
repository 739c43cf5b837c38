/** Curves over many simulated nodes: the collectors are those of real nodes, and bytes are the same in every run. */
import { flatness } from '../measure/flatness.js'
import type { Case, Sample, Suite, Variant } from '../suite.js'

const NODES = [10, 100, 1_000, 10_000] as const
const QUICK_NODES = [10, 100] as const
/** Live suspects of each node. */
const SUSPECTS = 100

const MORE_NODES = 'more nodes'
const IDLE = 'nobody does anything'

export const scaleSuite: Suite = {
  cases: ({ quick }) => (quick ? [moreNodes(QUICK_NODES)] : [moreNodes(NODES), idle(NODES)]),
  conclude: (measured) => [
    ...flatness(measured, {
      case: MORE_NODES,
      metric: 'bytes until garbage is gone',
      as: 'bytes a node, most ÷ least',
    }),
    ...flatness(measured, { case: MORE_NODES, metric: 'bytes, idle round', as: 'bytes, idle round, most ÷ least' }),
    ...flatness(measured, { case: IDLE, metric: 'pings', as: 'pings, most ÷ least' }),
  ],
}

const BYTES = { unit: 'B/node', better: 'less' } as const
const MS = { unit: 'ms', better: 'less' } as const

function moreNodes(counts: readonly number[]): Case {
  return {
    name: MORE_NODES,
    rounds: 1,
    warmups: 0,
    metrics: {
      'bytes, first round': BYTES,
      'bytes, idle round': BYTES,
      'bytes until garbage is gone': BYTES,
      rounds: { unit: 'rounds', better: 'less' },
      'coordinator, first round': MS,
      'coordinator, idle round': MS,
    },
    variants: variantsOf(counts, async (nodes) => {
      const { runScenario } = await import('@holdfast/simulation/scale')
      const {
        first,
        idle: quiet,
        collecting,
        roundsToCollect,
      } = runScenario({ curve: 'nodes', nodes, suspects: SUSPECTS }).result
      return {
        'bytes, first round': first.bytes / nodes,
        'bytes, idle round': quiet.bytes / nodes,
        'bytes until garbage is gone': collecting.bytes / nodes,
        rounds: roundsToCollect,
        'coordinator, first round': first.coordinatorMs,
        'coordinator, idle round': quiet.coordinatorMs,
      }
    }),
  }
}

function idle(counts: readonly number[]): Case {
  return {
    name: IDLE,
    rounds: 1,
    warmups: 0,
    metrics: { pings: { unit: 'B/s and node', better: 'less' } },
    variants: variantsOf(counts, async (nodes) => {
      const { runScenario } = await import('@holdfast/simulation/scale')
      const { cost, seconds } = runScenario({ curve: 'pings', nodes }).result
      return { pings: cost.bytes / nodes / seconds }
    }),
  }
}

function variantsOf(
  counts: readonly number[],
  measure: (nodes: number) => Promise<Sample>,
): Record<string, () => Variant> {
  return Object.fromEntries(
    counts.map((nodes) => [`${nodes.toLocaleString('en-US')} nodes`, () => ({ round: () => measure(nodes) })]),
  )
}
