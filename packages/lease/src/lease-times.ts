/**
 * The durations that every lease of a cluster lives by, from one term and a bound on how wrongly clocks run. No clock is compared
 * with another: each node measures durations on its own monotonic clock.
 *
 * Source: docs/protocol.md, section 3; leases after Gray and Cheriton, "Leases: An Efficient Fault-Tolerant Mechanism for Distributed
 * File Cache Consistency" (1989).
 */
import { ALL_RULES, type Duration, type Rules, UsageError } from '@holdfast/core'

/** The same for all nodes of a cluster: a holder trusts an owner to wait as long as it would itself. */
export interface LeaseOptions {
  /** How long an owner waits for a sign of life, in ms: at least 1. */
  readonly term: Duration
  /** How far the rate of a clock may be from true, as a fraction: 0.01 for one second in a hundred. At most 0.1. */
  readonly drift: number
}

export interface LeaseTimes {
  /** The owner's view of a session is over when it heard nothing for so long. */
  readonly ownerTerm: Duration
  /** The holder's view is over when nothing that it sent in this time was acknowledged. */
  readonly holderTerm: Duration
  /** Who has sent nothing for so long sends a ping. */
  readonly pingAfter: Duration
  /** What a holder of an ended session held is kept for so long; then its owner removes it and the holder gives it up. */
  readonly quarantine: Duration
}

/** Half a minute, on clocks that are right within a hundredth. */
export const DEFAULT_LEASE: LeaseOptions = { term: 30_000, drift: 0.01 }

/** Pings for each term, so that one may be late or lost. */
const PINGS_PER_TERM = 3

/**
 * How many terms a gift may be under way at most, from the moment it is sent until its owner lists the receiver: two until it is
 * received (a frame sent at the end of the sender's view, and received at the end of the receiver's), one until the receiver has
 * a session with the owner, two for the addRef.
 */
const TERMS_PER_GIFT = 5

/**
 * @param giftDepth how many gifts in a row may lie unacknowledged upon the first (D of the protocol)
 * @throws UsageError `bad-lease`
 */
export function leaseTimes({ term, drift }: LeaseOptions, giftDepth: number, rules: Rules = ALL_RULES): LeaseTimes {
  if (!(term >= 1 && Number.isFinite(term) && drift >= 0 && drift <= 0.1)) {
    throw new UsageError('bad-lease', 'a lease lasts 1 ms or more, and clocks are right within a tenth', {
      term,
      drift,
    })
  }
  const slowest = (1 + drift) / (1 - drift)
  const holderTerm = term / slowest
  // The holder may give a reference away until its own view is over, a term after its owner's at most.
  const quarantine = holderTerm * (1 + TERMS_PER_GIFT * (giftDepth + 1)) * slowest
  return {
    ownerTerm: term,
    holderTerm: rules.on('holder-knows-first') ? holderTerm : Number.MAX_SAFE_INTEGER,
    pingAfter: holderTerm / PINGS_PER_TERM,
    quarantine: rules.on('quarantine-outlasts-gifts') ? quarantine : term,
  }
}
