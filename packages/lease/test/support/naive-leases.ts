/** Object leases as one would first write them: a Map of plain objects, looked through whole each time. */
import type { Instant, ObjectKey } from '@holdfast/core'
import type { ExpiredLease, LeaseId, LeaseView } from '../../src/index.js'

export const byId = (a: { readonly id: LeaseId }, b: { readonly id: LeaseId }): number => a.id - b.id

export class NaiveLeases {
  readonly #leases = new Map<LeaseId, LeaseView>()

  get size(): number {
    return this.#leases.size
  }

  add(lease: LeaseView): void {
    this.#leases.set(lease.id, lease)
  }

  find(id: LeaseId): LeaseView | null {
    return this.#leases.get(id) ?? null
  }

  /** @returns its end, or null when it is over */
  renew(id: LeaseId, more: number, now: number): number | null {
    const lease = this.#leases.get(id)
    if (lease === undefined) return null
    const endsAt = Math.max(lease.endsAt, now + more)
    this.#leases.set(id, { ...lease, endsAt: endsAt as Instant })
    return endsAt
  }

  release(id: LeaseId): boolean {
    return this.#leases.delete(id)
  }

  endAll(object: ObjectKey): LeaseId[] {
    const ids = this.list().flatMap((lease) => (lease.object === object ? lease.id : []))
    for (const id of ids) this.#leases.delete(id)
    return ids
  }

  expire(now: number): ExpiredLease[] {
    const over = this.list().filter(({ endsAt }) => endsAt <= now)
    for (const { id } of over) this.#leases.delete(id)
    return over.map(({ id, object, holder }) => ({ id, object, holder }))
  }

  isLeased(object: ObjectKey): boolean {
    return this.list().some((lease) => lease.object === object)
  }

  /** By id. */
  list(): LeaseView[] {
    return [...this.#leases.values()].sort(byId)
  }
}
