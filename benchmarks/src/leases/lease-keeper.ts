/** The same leases kept by different means, so that nothing but the means differs. */
import { assert, type Instant, instant, type ObjectKey } from '@holdfast/core'
import { type LeaseId, ObjectLeases } from '@holdfast/lease'

/** In ms; long enough that none ends while it is measured. */
const TERM = 3_600_000

/** Leases of one object each, named by numbers. */
export interface LeaseKeeper {
  readonly size: number
  acquire(object: number): number
  /** @param now when the turn began that renews it */
  renew(id: number, now: Instant): void
  /** Ends all. */
  clear(): void
}

type Timer = ReturnType<typeof setTimeout>

/** A timer of the platform for each lease: what one would write first. */
abstract class TimerLeases implements LeaseKeeper {
  protected readonly timers = new Map<number, Timer>()
  #nextId = 0

  abstract renew(id: number): void

  get size(): number {
    return this.timers.size
  }

  acquire(_object: number): number {
    const id = this.#nextId++
    this.timers.set(id, this.start(id))
    return id
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  protected start(id: number): Timer {
    return setTimeout((ended: number) => this.timers.delete(ended), TERM, id)
  }

  protected timer(id: number): Timer {
    const timer = this.timers.get(id)
    assert(timer !== undefined, 'a lease is there', { id })
    return timer
  }
}

/** Each renewal is another timer: the only way in a browser. */
export class RestartedTimers extends TimerLeases {
  renew(id: number): void {
    clearTimeout(this.timer(id))
    this.timers.set(id, this.start(id))
  }
}

/** Each renewal moves the timer that there is, which Node can. */
export class RefreshedTimers extends TimerLeases {
  renew(id: number): void {
    this.timer(id).refresh()
  }
}

/** Ours, through its public methods. */
export class TableLeases implements LeaseKeeper {
  readonly #leases = new ObjectLeases()

  get size(): number {
    return this.#leases.size
  }

  acquire(object: number): number {
    return this.#leases.acquire(object as ObjectKey, { term: TERM, now: instant(performance.now()) })
  }

  renew(id: number, now: Instant): void {
    this.#leases.renew(id as LeaseId, TERM, now)
  }

  clear(): void {
    this.#leases.expire(instant(Number.POSITIVE_INFINITY))
  }
}
