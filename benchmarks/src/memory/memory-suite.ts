/** Nothing grows: the same churn again and again, and what is in memory after each time. */
import { trendOf } from '../measure/regression.js'
import type { Case, Measurement, Suite, SuiteOptions } from '../suite.js'

const SOAK = 'soak'
/** Standard errors that a rise must exceed to be no chance. */
const SURE = 3
/** The first share of the samples is left out: the program warms up. */
const WARM_UP_SHARE = 0.5

const BYTES = { unit: 'B', better: 'less' } as const
const ENTRIES = { unit: 'entries', better: 'less' } as const

export const memorySuite: Suite = {
  cases: (options) => [soak(options)],
  conclude: (measured) => [
    ...growthOf(measured, 'heap after churn', { of: 'heap growth', unit: 'B a churn' }),
    ...growthOf(measured, 'tables after churn', { of: 'table growth', unit: 'entries a churn' }),
  ],
}

/** Each round is one churn, and a sample of what is left. The processes live on. */
function soak({ quick }: SuiteOptions): Case {
  const rounds = quick ? 60 : 1_000
  return {
    name: SOAK,
    rounds,
    warmups: 0,
    metrics: {
      'heap after churn': BYTES,
      'tables after churn': ENTRIES,
      'left in tables': ENTRIES,
      calls: { unit: 'calls/s', better: 'more' },
    },
    variants: { holdfast: async () => (await import('./soak-variant.js')).startSoak(rounds) },
  }
}

/** The slope over the churns, its standard error, and what of it is more than chance: 0 for a line that is flat. */
function growthOf(
  measured: readonly Measurement[],
  metric: string,
  { of, unit }: { readonly of: string; readonly unit: string },
): Measurement[] {
  const found = measured.find((each) => each.case === SOAK && each.metric === metric)
  const values = found?.values.filter((value) => value !== null) ?? []
  const counted = values.slice(Math.floor(values.length * WARM_UP_SHARE))
  if (counted.length < 3) return []
  const { slope, error } = trendOf(counted)
  const row = { case: SOAK, variant: 'holdfast', unit, better: 'less', ratioTo: null, ratios: [] } as const
  return [
    { ...row, metric: of, values: [slope] },
    { ...row, metric: `${of}, error`, values: [error] },
    { ...row, metric: `${of}, sure`, values: [Math.max(0, slope - SURE * error)] },
  ]
}
