import { assert } from '@holdfast/core'

/** A straight line through points at 0, 1, 2, … */
export interface Trend {
  /** By which it rises from one point to the next. */
  readonly slope: number
  /** The standard error of the slope: what chance makes of it. */
  readonly error: number
}

/** Least squares. O(n). @param values at least three */
export function trendOf(values: readonly number[]): Trend {
  const n = values.length
  assert(n >= 3, 'a trend is of three points or more', { points: n })
  const meanX = (n - 1) / 2
  const meanY = values.reduce((sum, value) => sum + value, 0) / n
  let sxx = 0
  let sxy = 0
  for (const [x, y] of values.entries()) {
    sxx += (x - meanX) ** 2
    sxy += (x - meanX) * (y - meanY)
  }
  const slope = sxy / sxx
  let residuals = 0
  for (const [x, y] of values.entries()) residuals += (y - meanY - slope * (x - meanX)) ** 2
  return { slope, error: Math.sqrt(residuals / (n - 2) / sxx) }
}
