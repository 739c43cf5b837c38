/** Curves that ought to be flat, and lines that ought not to rise. */
import type { Measurement } from '../suite.js'
import { median } from './statistics.js'

export interface Curve {
  readonly case: string
  readonly metric: string
  /** What the row is called. */
  readonly as: string
}

/** The most of a metric over all variants of a case, in terms of the least; nothing when fewer than two have it. */
export function flatness(measured: readonly Measurement[], { case: name, metric, as }: Curve): Measurement[] {
  const values = measured
    .filter((each) => each.case === name && each.metric === metric)
    .map((each) => each.values.filter((value) => value !== null))
    .filter((each) => each.length > 0)
    .map(median)
  if (values.length < 2) return []
  const least = Math.min(...values)
  const most = Math.max(...values)
  const row = {
    case: name,
    variant: 'holdfast',
    metric: as,
    unit: '×',
    better: 'less',
    ratioTo: null,
    ratios: [],
  } as const
  return [{ ...row, values: [most === least ? 1 : most / least] }]
}
