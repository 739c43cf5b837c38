const DOUBLING_UP_TO = 1 << 16

/**
 * The capacity an array gets when it must hold `needed` elements. Small arrays double; large ones grow by an eighth, so
 * that slack stays below 12.5 % of what the array holds; appending is amortized O(1) either way.
 */
export function grownCapacity(capacity: number, needed: number): number {
  const step = capacity < DOUBLING_UP_TO ? capacity : capacity >>> 3
  return Math.max(needed, capacity + step)
}
