/** What a run leaves: rows, one for each metric of each variant, and one more for each variant that it is divided by. */
import { BARS, type Bar } from '../bars.js'
import { type Summary, summarize } from '../measure/statistics.js'
import type { Measurement } from '../suite.js'

/** Lowest and highest, and what holds the median with 95 %. */
export type Spread = Omit<Summary, 'median'>

export interface Row {
  readonly suite: string
  readonly case: string
  readonly variant: string
  readonly metric: string
  /** The median over the rounds; null when no round measured anything. */
  readonly value: number | null
  readonly unit: string
  readonly better: 'more' | 'less'
  readonly rounds: number
  readonly spread: Spread | null
  readonly ratioTo: string | null
  /** The median of the ratios within a round. */
  readonly ratio: number | null
  readonly ratioSpread: Spread | null
  readonly bar: number | null
  readonly aim: number | null
  /** Which side of the bar is good; null without one. */
  readonly barIs: Bar['is'] | null
  /** Null without a bar. A bar that nothing was measured for is not ok. */
  readonly ok: boolean | null
}

/** The rows of a suite, each held against its bar if it has one. @param bars of all suites */
export function rowsOf(suite: string, measured: readonly Measurement[], bars: readonly Bar[] = BARS): Row[] {
  return measured.map((measurement) => {
    const { case: name, variant, metric, unit, better, values, ratioTo, ratios } = measurement
    const value = summaryOf(values.filter((each) => each !== null))
    const ratio = summaryOf(ratios)
    const row = { suite, case: name, variant, metric, ratioTo }
    const bar = bars.find((each) => isBarOf(each, row)) ?? null
    return {
      ...row,
      value: value?.median ?? null,
      unit,
      better,
      rounds: values.length,
      spread: spreadOf(value),
      ratio: ratio?.median ?? null,
      ratioSpread: spreadOf(ratio),
      bar: bar?.bar ?? null,
      aim: bar?.aim ?? null,
      barIs: bar?.is ?? null,
      ok: bar === null ? null : reaches(bar.ratioTo === null ? value : ratio, bar),
    }
  })
}

/** Whether a row is the one that reaches for a bar. */
export function isBarOf(bar: Bar, row: Pick<Row, 'suite' | 'case' | 'variant' | 'metric' | 'ratioTo'>): boolean {
  return (
    bar.suite === row.suite &&
    bar.case === row.case &&
    bar.variant === row.variant &&
    bar.metric === row.metric &&
    bar.ratioTo === row.ratioTo
  )
}

/** What is held against the bar, and compared from run to run: the ratio where there is one. */
export const figureOf = ({ ratioTo, ratio, value }: Row): number | null => (ratioTo === null ? value : ratio)

function reaches(summary: Summary | null, { is, bar }: Bar): boolean {
  if (summary === null) return false
  return is === 'at least' ? summary.median >= bar : summary.median <= bar
}

const summaryOf = (values: readonly number[]): Summary | null => (values.length === 0 ? null : summarize(values))

function spreadOf(summary: Summary | null): Spread | null {
  if (summary === null) return null
  const { low, high, interval } = summary
  return { low, high, interval }
}
