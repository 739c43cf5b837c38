import type { Random } from '@holdfast/core'
import type { LeaseTimes } from '@holdfast/lease'

/** Draws a time around those at which leases do something. */
export function drawLongTime(random: Random, { ownerTerm, quarantine, ...leases }: LeaseTimes): number {
  // Without the rule that holders know first their term has no end.
  const holderTerm = Math.min(leases.holderTerm, ownerTerm)
  const term = random.pick([holderTerm / 2, holderTerm, ownerTerm, quarantine / 2, quarantine, quarantine + ownerTerm])
  return Math.ceil(term * (0.8 + 0.4 * random.fraction()))
}
