import type { Instant } from '@holdfast/core'

/** Where a driver gets the time from, and who wakes it: `RealClock` outside, `VirtualClock` in tests and simulations. */
export interface Clock {
  now(): Instant

  /**
   * Runs an action once, at the given instant or as soon after it as the world allows; never before it and never
   * inside this call, even if the instant has passed (which counts as now). Actions run in the order of their
   * instants, and those of equal instants in the order they were scheduled.
   * @returns cancels the action; harmless once it has run or was cancelled
   */
  schedule(at: Instant, action: () => void): () => void
}
