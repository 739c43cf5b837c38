import { assert } from '@holdfast/core'

/** The middle of what was measured, and its extremes. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** O(n log n). The list is not empty. */
export function spread(values: readonly number[]): Spread {
  assert(values.length > 0, 'a spread is of something')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, low: sorted[0], high: sorted[sorted.length - 1] }
}

export const median = (values: readonly number[]): number => spread(values).median

/** `2.1 (1.9–2.6)`, or less digits for greater numbers. */
export function formatSpread({ median: middle, low, high }: Spread): string {
  const digits = middle >= 100 ? 0 : middle >= 10 ? 1 : 2
  return `${middle.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}
