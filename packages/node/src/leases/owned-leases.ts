/**
 * Leases on objects of this node: as long as one lasts, its object is a root here, whatever becomes of the session of whoever took it.
 * Drives the machines of `@holdfast/lease` with the clock, and asks sponsors by calls.
 */
import { type Duration, earlier, type Instant, type NodeId, UsageError } from '@holdfast/core'
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import { type LeaseId, ObjectLeases, SponsoredLeases } from '@holdfast/lease'
import type { Clock } from '@holdfast/transport'

/** Asked for more time before a lease ends. @returns how much, in ms from now; anything else lets it end */
export type Sponsor = () => unknown

export interface OwnedLeasesContext {
  readonly heap: ObjectHeap
  readonly clock: Clock
  /** An object has lost a pin. */
  readonly onReleased: (handles: readonly Handle[]) => void
}

/** A live lease on an object of this node. */
export interface OwnedLease {
  readonly id: LeaseId
  readonly object: Handle
  readonly holder: NodeId
  /** How long it lasts from now on, in ms. */
  readonly remaining: Duration
}

/** How long before the end of a lease its sponsor is asked, in ms. */
const GRACE_MS = 1000

export class OwnedLeases {
  readonly #context: OwnedLeasesContext
  readonly #leases = new ObjectLeases()
  readonly #sponsored = new SponsoredLeases<Sponsor>(this.#leases, GRACE_MS)
  readonly #holders = new Map<LeaseId, NodeId>()
  #cancelTimer: (() => void) | null = null
  #timerAt: Instant | null = null

  constructor(context: OwnedLeasesContext) {
    this.#context = context
  }

  get size(): number {
    return this.#leases.size
  }

  isLeased(object: Handle): boolean {
    return this.#leases.isLeased(object)
  }

  /** @throws UsageError `bad-term`; LimitError `lease-term`, `too-many-leases` */
  acquire(object: Handle, { term, holder, sponsor }: AcquireLease): LeaseId {
    const { heap, clock } = this.#context
    heap.pin(object)
    let id: LeaseId
    try {
      id = this.#leases.acquire(object, { term, now: clock.now() })
    } catch (error) {
      heap.unpin(object)
      throw error
    }
    this.#holders.set(id, holder)
    if (sponsor !== null) this.#sponsored.step({ type: 'sponsored', lease: id, sponsor }, clock.now())
    this.#arm()
    return id
  }

  /** @returns how long it lasts now, in ms @throws UsageError `no-such-lease` for one that is over, or another's */
  renew(lease: number, more: Duration, holder: NodeId): Duration {
    const id = lease as LeaseId
    if (this.#holders.get(id) !== holder) throw new UsageError('no-such-lease', 'there is no such lease', { lease })
    const now = this.#context.clock.now()
    const endsAt = this.#leases.renew(id, more, now)
    this.#arm()
    return endsAt - now
  }

  /** @returns false when it was over, or another's */
  release(number: number, holder: NodeId): boolean {
    const id = number as LeaseId
    const lease = this.#leases.find(id)
    if (lease === null || this.#holders.get(id) !== holder || !this.#leases.release(id)) return false
    this.#sponsored.step({ type: 'ended', lease: id }, this.#context.clock.now())
    this.#ended(id, lease.object)
    return true
  }

  /** The object was taken back, or lost: its leases are over. */
  endAll(object: Handle): void {
    for (const id of this.#leases.endAll(object)) this.#ended(id, object)
  }

  *[Symbol.iterator](): Generator<OwnedLease> {
    const now = this.#context.clock.now()
    for (const [id, holder] of this.#holders) {
      const lease = this.#leases.find(id)
      if (lease !== null) yield { id, object: lease.object, holder, remaining: lease.endsAt - now }
    }
  }

  /** Nothing expires any more. */
  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  #arm(): void {
    const at = earlier(this.#leases.next, this.#sponsored.nextDeadline)
    if (at === null || (this.#timerAt !== null && this.#timerAt <= at)) return
    this.stop()
    this.#timerAt = at
    this.#cancelTimer = this.#context.clock.schedule(at, () => this.#expire())
  }

  #expire(): void {
    const { clock } = this.#context
    this.#cancelTimer = null
    this.#timerAt = null
    for (const effect of this.#sponsored.step({ type: 'time' }, clock.now())) {
      if (effect.type === 'expired') this.#ended(effect.lease.id, effect.lease.object)
      else if (effect.type === 'ask') void this.#ask(effect.lease, effect.sponsor)
    }
    this.#arm()
  }

  async #ask(lease: LeaseId, sponsor: Sponsor): Promise<void> {
    let more: unknown = null
    try {
      more = await sponsor()
    } catch {
      // A sponsor that is gone gives no more time.
    }
    const isTime = typeof more === 'number' && more > 0 && more <= this.#leases.limits.maxTerm
    this.#sponsored.step(
      { type: 'answered', lease, more: isTime ? (more as Duration) : null },
      this.#context.clock.now(),
    )
    this.#arm()
  }

  #ended(id: LeaseId, object: Handle): void {
    this.#holders.delete(id)
    this.#context.heap.unpin(object)
    this.#context.onReleased([object])
  }
}

export interface AcquireLease {
  readonly term: Duration
  readonly holder: NodeId
  readonly sponsor: Sponsor | null
}
