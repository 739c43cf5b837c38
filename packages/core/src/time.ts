/** Time is passed in. Both are milliseconds; an instant is on the node's own monotonic clock and means nothing elsewhere. */

declare const brand: unique symbol

/** A point on one node's monotonic clock, in ms. */
export type Instant = number & { readonly [brand]: 'Instant' }

/** A length of time, in ms. */
export type Duration = number

/** Reads a driver's clock value as an instant. */
export const instant = (ms: number): Instant => ms as Instant

/** The instant a duration after another. */
export const after = (from: Instant, duration: Duration): Instant => (from + duration) as Instant

/** The earlier of two deadlines; null stands for none. O(1). */
export function earlier(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null) return b
  if (b === null) return a
  return a < b ? a : b
}
