import type { Column } from './columns.js'

/**
 * The first place from `from` on whose value is at least `value`, or the length; the values ascend. It gallops (Bentley and Yao
 * 1976, "An Almost Optimal Algorithm for Unbounded Searching"), so that joining a short column with a long one costs the short one
 * times the logarithm of the distances, and two of a length cost their length. O(log(place - from)).
 */
export function firstAtLeast(values: Column, from: number, value: number): number {
  const end = values.length
  if (from >= end || values[from] >= value) return from
  let below = from
  let step = 1
  while (below + step < end && values[below + step] < value) {
    below += step
    step *= 2
  }
  let above = Math.min(below + step, end)
  while (below + 1 < above) {
    const middle = (below + above) >>> 1
    if (values[middle] < value) below = middle
    else above = middle
  }
  return above
}
