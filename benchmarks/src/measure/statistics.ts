import { assert } from '@holdfast/core'

/** What was measured several times: the middle, the extremes, and where the true middle is likely to be. */
export interface Summary {
  readonly median: number
  readonly low: number
  readonly high: number
  /** Holds the median of the population in 95 of 100 cases, whatever its shape; all of the range when there are too few values. */
  readonly interval: readonly [from: number, to: number]
}

/** O(n log n). The list is not empty. */
export function summarize(values: readonly number[]): Summary {
  assert(values.length > 0, 'a summary is of something')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  const outside = valuesOutsideInterval(sorted.length)
  return {
    median,
    low: sorted[0],
    high: sorted[sorted.length - 1],
    interval: [sorted[outside], sorted[sorted.length - 1 - outside]],
  }
}

export const median = (values: readonly number[]): number => summarize(values).median

/** The nearest-rank percentile: `quantile(values, 0.99)`. O(n log n). The list is not empty. */
export function quantile(values: readonly number[], share: number): number {
  assert(values.length > 0, 'a quantile is of something')
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]
}

/**
 * How many of n sorted values may be left out at either end, so that the rest still covers the median with 95 %: the sign test
 * turned round. Of n values, k lie below the median with the chance of k heads in n throws.
 */
function valuesOutsideInterval(n: number): number {
  let probability = 2 ** -n
  let tail = probability
  let outside = 0
  while (2 * tail <= 0.05) {
    outside++
    probability *= (n - outside + 1) / outside
    tail += probability
  }
  return Math.max(0, outside - 1)
}
