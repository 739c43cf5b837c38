/** Both reference graphs beside the limits for marking, by size and by how they lie in memory; where graphology falls behind. */
import type { Case, Suite } from '../suite.js'
import { ARRANGEMENTS, type Arrangement } from './arrangement.js'
import { COLLAGES, concludeCrossover } from './crossover.js'

const SIZES = [100_000, 1_000_000] as const
/** Above, graphology takes minutes to build. */
const MAX_GRAPHOLOGY_OBJECTS = 100_000

export const markingSuite: Suite = {
  cases({ quick }) {
    if (quick) return [markingCase(1_000_000, 'churned', quick)]
    const graphs = SIZES.flatMap((objects) =>
      ARRANGEMENTS.map((arrangement) => markingCase(objects, arrangement, quick)),
    )
    return [...graphs, COLLAGES]
  },
  conclude: concludeCrossover,
}

function markingCase(objects: number, arrangement: Arrangement, quick: boolean): Case {
  const given = { objects, arrangement, timeMs: quick ? 100 : 200 }
  const load = () => import('./graph-variants.js')
  return {
    name: `${objects.toLocaleString('en-US')} objects, ${arrangement}`,
    rounds: quick ? 7 : 15,
    metrics: {
      mark: { unit: 'ms', better: 'less', ratioTo: ['C', 'V8'] },
      'first mark': { unit: 'ms', better: 'less' },
      'with keys': { unit: 'B/object', better: 'less' },
      'without keys': { unit: 'B/object', better: 'less' },
      'longest slice': { unit: 'ms', better: 'less' },
    },
    variants: {
      C: async () => (await load()).startC(given),
      CSR: async () => (await load()).startCsr(given),
      compact: async () => (await load()).startCompact(given),
      ...(objects > MAX_GRAPHOLOGY_OBJECTS ? {} : { graphology: async () => (await load()).startGraphology(given) }),
      V8: async () => (await load()).startV8(given),
    },
  }
}
