/**
 * Where graphology falls behind: up to how many vertices a coordinator may build its collage on it. It is slower at every size;
 * what it offers is its ecosystem. So the question is from where on it is felt: building a collage, marking it and asking
 * costs a round more on graphology than on the compact graph, and up to the crossover that is no more than the shortest round
 * there is takes anyway (a ring of two hops on two workers), measured in the same run. `GRAPHOLOGY_VERTICES` in
 * `packages/worker/src/graph/graph-choice.ts` follows from it.
 */

import { median } from '../measure/statistics.js'
import type { Case, Measurement } from '../suite.js'

const VERTICES = [30, 100, 200, 300, 500, 1000, 2000, 5000] as const
/** How long each size takes in a round, in ms. */
const TIME_MS = 30
/** Two significant digits are all that this is good for. */
const SIGNIFICANT = 2
const HELD_ROUND = 'shortest round'

const metricOf = (vertices: number): string => `${vertices.toLocaleString('en-US')} vertices`

export const COLLAGES: Case = {
  name: 'collages: build, mark and ask',
  rounds: 9,
  metrics: {
    ...Object.fromEntries(
      VERTICES.map((vertices) => [
        metricOf(vertices),
        { unit: 'ms', better: 'less' as const, ratioTo: ['compact'] as const },
      ]),
    ),
    [HELD_ROUND]: { unit: 'ms', better: 'less' },
  },
  variants: {
    compact: () => startCollages('compact'),
    graphology: () => startCollages('graphology'),
    'two hops, two workers': async () => {
      const { startHeldRounds } = await import('../collection/held-rounds.js')
      return startHeldRounds(HELD_ROUND)
    },
  },
}

async function startCollages(name: 'compact' | 'graphology') {
  const { startCollageVariant } = await import('./collage-variant.js')
  return startCollageVariant(name, { vertices: VERTICES, metricOf, timeMs: TIME_MS })
}

/** The number of vertices where the extra time reaches the shortest round, on a straight line between the two sizes about it. */
export function concludeCrossover(measured: readonly Measurement[]): Measurement[] {
  const medianOf = (variant: string, metric: string): number | null => {
    const found = measured.find((each) => each.variant === variant && each.metric === metric)
    return found === undefined ? null : median(found.values.filter((value) => value !== null))
  }
  const limitMs = medianOf('two hops, two workers', HELD_ROUND)
  if (limitMs === null) return []
  const extra = VERTICES.map((vertices) => ({
    vertices,
    ms: (medianOf('graphology', metricOf(vertices)) ?? NaN) - (medianOf('compact', metricOf(vertices)) ?? NaN),
  }))
  const crossing = { case: COLLAGES.name, variant: 'graphology', metric: 'makes a round twice as long from' }
  const values = [crossingOf(extra, limitMs)]
  return [{ ...crossing, unit: 'vertices', better: 'more', values, ratioTo: null, ratios: [] }]
}

/** Null when it lies outside of what was measured. */
function crossingOf(extra: readonly { vertices: number; ms: number }[], limitMs: number): number | null {
  const after = extra.findIndex(({ ms }) => ms > limitMs)
  if (after <= 0) return null
  const [low, high] = [extra[after - 1], extra[after]]
  const share = (limitMs - low.ms) / (high.ms - low.ms)
  return Number((low.vertices + share * (high.vertices - low.vertices)).toPrecision(SIGNIFICANT))
}
