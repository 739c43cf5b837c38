import { assert } from '@holdfast/core'

/** The median of what was measured, and between what it lies with a confidence of 95 %. */
export interface MedianInterval {
  readonly median: number
  readonly low: number
  readonly high: number
}

const Z_95 = 1.96

/**
 * By order statistics: how many of so many independent values lie below the median is binomial, whatever they are distributed like
 * (here by its normal approximation, good from ten values on). O(n log n).
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  assert(values.length > 0, 'a median is of something')
  const sorted = [...values].sort((a, b) => a - b)
  const last = sorted.length - 1
  const middle = sorted.length / 2
  const reach = (Z_95 * Math.sqrt(sorted.length)) / 2
  return {
    median: (sorted[Math.floor(last / 2)] + sorted[Math.ceil(last / 2)]) / 2,
    low: sorted[Math.max(0, Math.floor(middle - reach))],
    high: sorted[Math.min(last, Math.ceil(middle + reach) - 1)],
  }
}
