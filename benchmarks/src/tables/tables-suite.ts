/** The tables of reference listing beside plain Maps: what an application without any protocol would pay is the limit. */
import type { Case, Suite } from '../suite.js'

const REFERENCES = 100_000

export const tablesSuite: Suite = {
  cases: ({ quick }) => [tableCase('owner', quick), tableCase('holder', quick)],
}

function tableCase(side: 'owner' | 'holder', quick: boolean): Case {
  const options = { references: REFERENCES, timeMs: quick ? 50 : 300 }
  const load = async () => (await import('./table-variants.js')).startTable
  const ns = { unit: 'ns', better: 'less', ratioTo: ['Maps'] } as const
  return {
    name: `${side}, 100,000 references`,
    rounds: quick ? 3 : 9,
    metrics: { fill: ns, use: ns, drop: ns, live: { unit: 'B/reference', better: 'less', ratioTo: ['Maps'] } },
    variants: {
      Maps: async () => (await load())({ side, kind: 'plain' }, options),
      holdfast: async () => (await load())({ side, kind: 'ours' }, options),
    },
  }
}
