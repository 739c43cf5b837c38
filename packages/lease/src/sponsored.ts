/**
 * Leases with sponsors: who sponsors a lease is asked for more time before it ends. A yes renews it, a no or no answer lets it end.
 *
 * Invariants
 * - A sponsor has a grace to answer, however late it is asked: a lease that was about to end meanwhile lives on until then.
 * - A sponsor is asked at most once a grace, however little time it gives.
 * - One sponsor a lease; a new one replaces it.
 *
 * Driver contract: process what has arrived, then `step` with `time` when `nextDeadline` has passed, in place of `ObjectLeases.expire`. Leases may
 * be acquired, renewed and released past this machine; say `ended` of a sponsored one so that its sponsor is forgotten at once.
 *
 * Source: sponsors as in the lifetime leases of .NET Remoting; docs/protocol.md, section 3.
 */
import { type Duration, earlier, type Instant, instant, UsageError } from '@holdfast/core'
import { Deadlines } from './deadlines.js'
import type { ExpiredLease, LeaseId, ObjectLeases } from './object-lease.js'

export type SponsorEvent<Sponsor> =
  | { readonly type: 'sponsored'; readonly lease: LeaseId; readonly sponsor: Sponsor }
  /** What a sponsor said: how much more from now, in ms, or null for no. Comes too late for a lease that is over. */
  | { readonly type: 'answered'; readonly lease: LeaseId; readonly more: Duration | null }
  | { readonly type: 'ended'; readonly lease: LeaseId }
  | { readonly type: 'time' }

export type SponsorEffect<Sponsor> =
  /** Ask the sponsor. The lease ends at `endsAt` unless an answer has been stepped by then. */
  | { readonly type: 'ask'; readonly lease: LeaseId; readonly sponsor: Sponsor; readonly endsAt: Instant }
  | { readonly type: 'renewed'; readonly lease: LeaseId; readonly endsAt: Instant }
  | { readonly type: 'expired'; readonly lease: ExpiredLease }

interface Sponsorship<Sponsor> {
  readonly lease: LeaseId
  readonly sponsor: Sponsor
  askedAt: Instant
  /** It was asked, and has not answered since. */
  isAwaited: boolean
}

/** Leases are told apart by their whole name; the slot in it is the key of a deadline. */
const slotOf = (id: LeaseId): number => id >>> 0

/** `Sponsor` is whatever the driver asks by; it is only handed back. Every step is O(log n) for each lease that it concerns. */
export class SponsoredLeases<Sponsor> {
  readonly #leases: ObjectLeases
  readonly #grace: Duration
  readonly #sponsorships = new Map<number, Sponsorship<Sponsor>>()
  /** By slot: when to look whether its sponsor is to be asked. */
  readonly #looks = new Deadlines()

  /**
   * @param grace how long before its end a sponsor is asked, in ms, at least 1: long enough for question and answer
   * @throws UsageError `bad-grace`
   */
  constructor(leases: ObjectLeases, grace: Duration) {
    if (!(grace >= 1 && grace <= leases.limits.maxTerm))
      throw new UsageError('bad-grace', 'a grace lasts 1 ms or more, and no longer than a term', { grace })
    this.#leases = leases
    this.#grace = grace
  }

  /** When `time` is due; null for never. O(1). */
  get nextDeadline(): Instant | null {
    return earlier(this.#leases.next, this.#looks.next)
  }

  /**
   * Takes in what happened; nothing has changed if it throws.
   * @returns what to do, in order
   * @throws UsageError `no-such-lease` when a lease that is over is sponsored, UsageError `bad-term`, LimitError `lease-term` for an answer
   */
  step(event: SponsorEvent<Sponsor>, now: Instant): SponsorEffect<Sponsor>[] {
    switch (event.type) {
      case 'sponsored':
        this.#sponsor(event.lease, event.sponsor)
        return []
      case 'answered':
        return this.#answer(event.lease, event.more, now)
      case 'ended':
        this.#forget(event.lease)
        return []
      case 'time':
        return this.#time(now)
    }
  }

  #sponsor(lease: LeaseId, sponsor: Sponsor): void {
    const view = this.#leases.find(lease)
    if (view === null) throw new UsageError('no-such-lease', 'the lease is over', { lease })
    const sponsorship = { lease, sponsor, askedAt: instant(Number.NEGATIVE_INFINITY), isAwaited: false }
    this.#sponsorships.set(slotOf(lease), sponsorship)
    this.#lookAgain(sponsorship, view.endsAt)
  }

  #answer(lease: LeaseId, more: Duration | null, now: Instant): SponsorEffect<Sponsor>[] {
    if (more === null || this.#leases.find(lease) === null) {
      this.#forget(lease)
      return []
    }
    const endsAt = this.#leases.renew(lease, more, now)
    const sponsorship = this.#of(lease)
    if (sponsorship !== undefined) {
      sponsorship.isAwaited = false
      this.#lookAgain(sponsorship, endsAt)
    }
    return [{ type: 'renewed', lease, endsAt }]
  }

  #time(now: Instant): SponsorEffect<Sponsor>[] {
    const effects: SponsorEffect<Sponsor>[] = []
    for (let slot = this.#looks.takeDue(now); slot !== null; slot = this.#looks.takeDue(now))
      this.#look(slot, now, effects)
    for (const lease of this.#leases.expire(now)) {
      this.#forget(lease.id)
      effects.push({ type: 'expired', lease })
    }
    return effects
  }

  #look(slot: number, now: Instant, effects: SponsorEffect<Sponsor>[]): void {
    const sponsorship = this.#sponsorships.get(slot)
    if (sponsorship === undefined) return
    const { lease, sponsor, isAwaited } = sponsorship
    let endsAt = this.#leases.find(lease)?.endsAt ?? null
    if (endsAt === null || (isAwaited && endsAt <= now)) {
      this.#forget(lease)
      return
    }
    if (endsAt - this.#grace > now) sponsorship.isAwaited = false
    else {
      // Whoever did not answer the last time is asked again, if the lease lives on for another reason, but not waited for.
      if (!isAwaited) endsAt = this.#leases.renew(lease, this.#grace, now)
      sponsorship.isAwaited = true
      sponsorship.askedAt = now
      effects.push({ type: 'ask', lease, sponsor, endsAt })
    }
    this.#lookAgain(sponsorship, endsAt)
  }

  /** A grace before the end, and not before the last question is a grace old. */
  #lookAgain({ lease, askedAt }: Sponsorship<Sponsor>, endsAt: Instant): void {
    this.#looks.set(slotOf(lease), instant(Math.max(endsAt - this.#grace, askedAt + this.#grace)))
  }

  #of(lease: LeaseId): Sponsorship<Sponsor> | undefined {
    const sponsorship = this.#sponsorships.get(slotOf(lease))
    return sponsorship?.lease === lease ? sponsorship : undefined
  }

  #forget(lease: LeaseId): void {
    if (this.#of(lease) === undefined) return
    this.#sponsorships.delete(slotOf(lease))
    this.#looks.set(slotOf(lease), null)
  }
}
