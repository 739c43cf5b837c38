/**
 * Leases of single objects, at the owner: while an object has one it is a root there, whoever holds it and whatever becomes of that
 * holder's session. A lease ends by release, when its time is over, or with its object (a verdict, a revocation); then that one root is gone.
 *
 * Invariants
 * - The name of a lease is never used again: a slot and how many leases it has served. A slot whose generations are used up rests.
 * - A lease that was acquired ends in one of `release`, `endAll`, `expire`, once, and in no other way: one whose time is over still lives
 *   until `expire` says so, so that a renewal which waited in the owner's inbox while the owner slept comes in time.
 *
 * Driver contract: process what has arrived, then call `expire` when `next` has passed. An object is a root while `isLeased`. Who may renew
 * or release a lease is the driver's to check (`find` tells the holder). With sponsors, see `SponsoredLeases`.
 *
 * Columns of 52 bytes a lease, up to twice that as they grow; they do not shrink. A renewal moves nothing: it is one write.
 * Source: docs/protocol.md, section 3.
 */
import { after, type Duration, fail, type Instant, LimitError, type ObjectKey, UsageError } from '@holdfast/core'
import { Deadlines } from './deadlines.js'
import { grown, LeasesByObject } from './leases-by-object.js'

declare const brand: unique symbol

/** The name of an object lease: a positive safe integer, never used again by the same `ObjectLeases`. */
export type LeaseId = number & { readonly [brand]: 'LeaseId' }

export interface LeaseView {
  readonly id: LeaseId
  readonly object: ObjectKey
  /** Who acquired it, as the driver numbers holders; null when nobody was named. */
  readonly holder: number | null
  readonly endsAt: Instant
}

/** A lease whose time is over; what it was. */
export type ExpiredLease = Omit<LeaseView, 'endsAt'>

export interface ObjectLeaseLimits {
  /** The most leases at once: at most 2^31 - 1. */
  readonly maxLeases: number
  /** The longest term, and the most that a renewal may add to the present, in ms. */
  readonly maxTerm: Duration
}

/** A million leases in about 60 MB, of a day at most. */
export const DEFAULT_OBJECT_LEASE_LIMITS: ObjectLeaseLimits = { maxLeases: 2 ** 20, maxTerm: 86_400_000 }

export interface AcquireOptions {
  /** How long, in ms. */
  readonly term: Duration
  readonly now: Instant
  /** A small non-negative integer. */
  readonly holder?: number
}

const NONE = -1
const MIN_CAPACITY = 16
const TWO_POW_32 = 4294967296
/** A name stays a safe integer: 32 bits of slot, 21 of generation. */
const MAX_GENERATION = 2 ** 21 - 1

export class ObjectLeases {
  readonly limits: ObjectLeaseLimits
  /** By slot: when its lease ends; none for a free slot. */
  readonly #ends = new Deadlines()
  readonly #index = new LeasesByObject()
  /** By slot: how many leases it has served. */
  #generations = new Int32Array(MIN_CAPACITY)
  /** By slot: the holder, or NONE; of a free slot, the next free one. */
  #holders = new Int32Array(MIN_CAPACITY)
  /** Slots that have ever been used lie below. */
  #used = 0
  #free = NONE
  #size = 0

  /** @throws UsageError `bad-limits` */
  constructor(limits: Partial<ObjectLeaseLimits> = {}) {
    this.limits = { ...DEFAULT_OBJECT_LEASE_LIMITS, ...limits }
    const { maxLeases, maxTerm } = this.limits
    if (!(maxLeases >= 1 && maxLeases < 2 ** 31 && maxTerm > 0 && Number.isFinite(maxTerm)))
      throw new UsageError('bad-limits', 'limits of leases are positive and finite', { maxLeases, maxTerm })
  }

  /** How many leases there are. */
  get size(): number {
    return this.#size
  }

  /** When to call `expire` next: no lease ends before, though one may have been renewed since. Null for never. O(1). */
  get next(): Instant | null {
    return this.#size === 0 ? null : this.#ends.next
  }

  /**
   * Another lease of an object. Expected O(log n).
   * @throws UsageError `bad-term`, LimitError `lease-term`, `too-many-leases`
   */
  acquire(object: ObjectKey, { term, now, holder = NONE }: AcquireOptions): LeaseId {
    this.#checkTerm(term)
    const { maxLeases } = this.limits
    if (this.#size >= maxLeases) throw new LimitError('too-many-leases', 'too many leases', { maxLeases })
    if ((holder | 0) !== holder || holder < NONE) fail('a holder is a small non-negative integer', { holder })
    const slot = this.#takeSlot()
    this.#holders[slot] = holder
    this.#generations[slot]++
    this.#ends.set(slot, after(now, term))
    this.#index.add(slot, object)
    this.#size++
    return this.#idAt(slot)
  }

  /**
   * A lease lives on for `more` from now, or to its end, whichever is later. O(1).
   * @returns its end
   * @throws UsageError `no-such-lease` when it is over, UsageError `bad-term`, LimitError `lease-term`
   */
  renew(id: LeaseId, more: Duration, now: Instant): Instant {
    this.#checkTerm(more)
    const slot = this.#slotOf(id)
    const endsAt = slot === NONE ? null : this.#ends.deadlineOf(slot)
    if (endsAt === null) throw new UsageError('no-such-lease', 'the lease is over', { lease: id })
    const end = after(now, more)
    if (end <= endsAt) return endsAt
    this.#ends.set(slot, end)
    return end
  }

  /** Ends a lease; false when it was over. Expected O(1). */
  release(id: LeaseId): boolean {
    const slot = this.#slotOf(id)
    if (slot === NONE) return false
    this.#end(slot)
    return true
  }

  /** Ends all leases of an object: a verdict condemned it, or it was revoked. O(its leases). @returns which */
  endAll(object: ObjectKey): LeaseId[] {
    const ids: LeaseId[] = []
    for (let slot = this.#index.firstOf(object); slot !== NONE; slot = this.#index.firstOf(object)) {
      ids.push(this.#idAt(slot))
      this.#end(slot)
    }
    return ids
  }

  /**
   * Ends the leases whose time is over. O(log n) for each, and for each renewal that put off a deadline since.
   * @param limit ends so many at most; the rest are over at the next call
   */
  expire(now: Instant, limit: number = Number.POSITIVE_INFINITY): ExpiredLease[] {
    const expired: ExpiredLease[] = []
    while (expired.length < limit) {
      const slot = this.#ends.takeDue(now)
      if (slot === null) break
      expired.push(this.#expiredAt(slot))
      this.#end(slot)
    }
    return expired
  }

  /** Whether a lease keeps an object. Expected O(1). */
  isLeased(object: ObjectKey): boolean {
    return this.#index.firstOf(object) !== NONE
  }

  /** A lease, or null when it is over. O(1). */
  find(id: LeaseId): LeaseView | null {
    const slot = this.#slotOf(id)
    return slot === NONE ? null : this.#viewAt(slot)
  }

  /** All leases, in no particular order. Those that end meanwhile may be missing, those acquired meanwhile too. */
  *list(): IterableIterator<LeaseView> {
    for (let slot = 0; slot < this.#used; slot++) {
      const view = this.#viewAt(slot)
      if (view !== null) yield view
    }
  }

  #checkTerm(term: Duration): void {
    if (term > 0 && term <= this.limits.maxTerm) return
    if (!(term > 0)) throw new UsageError('bad-term', 'a term is a positive number of ms', { term })
    throw new LimitError('lease-term', 'the term is too long', { term, maxTerm: this.limits.maxTerm })
  }

  /** The slot of a lease that is not over, or NONE; takes any number for a name. */
  #slotOf(id: LeaseId): number {
    const slot = id >>> 0
    const isCurrent = slot < this.#used && this.#idAt(slot) === id && this.#ends.deadlineOf(slot) !== null
    return isCurrent ? slot : NONE
  }

  #idAt(slot: number): LeaseId {
    return (this.#generations[slot] * TWO_POW_32 + slot) as LeaseId
  }

  #expiredAt(slot: number): ExpiredLease {
    const holder = this.#holders[slot]
    return { id: this.#idAt(slot), object: this.#index.objectOf(slot), holder: holder === NONE ? null : holder }
  }

  #viewAt(slot: number): LeaseView | null {
    const endsAt = this.#ends.deadlineOf(slot)
    return endsAt === null ? null : { ...this.#expiredAt(slot), endsAt }
  }

  #takeSlot(): number {
    const slot = this.#free
    if (slot !== NONE) {
      this.#free = this.#holders[slot]
      return slot
    }
    if (this.#used === this.#holders.length) {
      this.#generations = grown(this.#generations, this.#used * 2)
      this.#holders = grown(this.#holders, this.#used * 2)
    }
    return this.#used++
  }

  #end(slot: number): void {
    // Its place among the deadlines stays until its old time has come; a lease that takes the slot before then uses it.
    this.#ends.set(slot, null)
    this.#index.remove(slot)
    this.#size--
    if (this.#generations[slot] === MAX_GENERATION) return
    this.#holders[slot] = this.#free
    this.#free = slot
  }
}
