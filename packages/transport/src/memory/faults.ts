/** What a simulated network does to frames. The default of everything is: nothing. */
import { type Duration, UsageError } from '@holdfast/core'

export interface Faults {
  /** How likely a frame is lost, 0 to 1. */
  readonly loss?: number
  /** How likely a frame arrives twice, 0 to 1. The copies are delayed independently. */
  readonly duplication?: number
  /** How long a frame is under way, in ms: uniform between the two. Unequal bounds reorder, unless `ordered`. */
  readonly delay?: { readonly min: Duration; readonly max: Duration }
  /** Whether frames arrive in the order sent although their delays differ, as over TCP. Default: false. */
  readonly ordered?: boolean
}

/** Faults with nothing left open. */
export interface CompleteFaults {
  readonly loss: number
  readonly duplication: number
  readonly minDelay: Duration
  readonly maxDelay: Duration
  readonly ordered: boolean
}

/** @throws UsageError `faults` for what is no probability or no delay */
export function completeFaults(faults: Faults): CompleteFaults {
  const { loss = 0, duplication = 0, delay = { min: 0, max: 0 }, ordered = false } = faults
  const areProbabilities = isWithin(loss, 0, 1) && isWithin(duplication, 0, 1)
  if (!areProbabilities || !isWithin(delay.min, 0, delay.max) || !Number.isFinite(delay.max)) {
    throw new UsageError('faults', 'probabilities lie in 0 to 1, delays in 0 ≤ min ≤ max < ∞', { ...faults })
  }
  return { loss, duplication, minDelay: delay.min, maxDelay: delay.max, ordered }
}

/** Whether a network with these faults keeps the promise of `Link.reliable`. */
export function areHarmless(faults: CompleteFaults): boolean {
  return faults.loss === 0 && faults.duplication === 0 && (faults.ordered || faults.minDelay === faults.maxDelay)
}

function isWithin(value: number, low: number, high: number): boolean {
  return value >= low && value <= high
}
