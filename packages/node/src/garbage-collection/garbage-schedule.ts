/**
 * When V8 is made to collect, so that a node notices what its program has let go of: an idle V8 never collects by itself.
 *
 * It rides on the major collections that come anyway. Where none came, it forces one: soon after representatives were created, then after
 * waits that double while collections find nothing. With no representative there is nothing to find and none is forced.
 *
 * Bound: what was dropped on an idle node is noticed within `longest`, or within t / `share` where a collection takes t and that is longer
 * (with the defaults: more than 600 ms, as on some hundred MB). Without `collect` it looks at the same times at what V8 has done by itself.
 *
 * Driver contract
 * - `onCollected` runs right after the collection, in the same macrotask, which is theirs alone. What it takes counts in the share.
 * - Give a clock that does not keep the process alive, `new RealClock({ keepAlive: false })`, or a program that is done never ends.
 */
import { after, type Duration, type Instant, instant, UsageError } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'
import { inOwnTask, watchCollections } from '#collections'

export interface GarbageScheduleOptions {
  readonly clock: Clock
  /** Forces a major collection, see `forcedCollection`; null where that is not possible. */
  readonly collect: (() => void) | null
  /** V8 has collected: lets go of what died. */
  readonly onCollected: () => void
  /** How many representatives there are that could have died, the dead included until `onCollected`. Asked once in `shortest`: O(1). */
  readonly candidates: () => number
  /** The most of the time that goes to forced collections, 0 to 1; also to following natural ones. Default: 0.01. 0: none by itself. */
  readonly share?: number
  /** The shortest wait between two forced collections, in ms. Default: 1,000. */
  readonly shortest?: Duration
  /** The longest, in ms. Default: 60,000. */
  readonly longest?: Duration
  /** Tells of natural major collections; returns what ends that. Default: those of this thread, where the platform tells. */
  readonly watch?: (onNatural: () => void) => () => void
  /** Runs a job in a macrotask of its own. Default: the platform's. */
  readonly inOwnTask?: (job: () => void) => void
}

export class GarbageSchedule {
  readonly #options: Required<GarbageScheduleOptions>
  #isRunning = false
  #unwatch: (() => void) | null = null
  /** The next look whether one is to be forced. */
  #cancelLook: (() => void) | null = null
  /** The next ride, while it may not yet be. */
  #cancelRide: (() => void) | null = null
  /** A collection whose macrotask is still to come, and what it is for. */
  #coming: Promise<void> | null = null
  #isForced = false
  #isDemanded = false
  /** How many candidates the last collection left, or fewer since: more means that some were created. */
  #left = 0
  #wait: Duration
  #endedAt: Instant
  /** Before these instants the share is used up: by whole collections, by what followed them alone. */
  #forceFrom: Instant
  #rideFrom: Instant

  /** @throws UsageError `bad-pace` */
  constructor(options: GarbageScheduleOptions) {
    const { share = 0.01, shortest = 1000, longest = 60_000 } = options
    if (!(shortest > 0 && longest >= shortest && share >= 0 && share <= 1)) {
      const message = 'the longest wait is no shorter than the shortest, and a share is at most 1'
      throw new UsageError('bad-pace', message, { shortest, longest, share })
    }
    this.#options = { watch: watchCollections, inOwnTask, ...options, share, shortest, longest }
    this.#wait = shortest
    this.#endedAt = this.#forceFrom = this.#rideFrom = options.clock.now()
  }

  /** Begins to collect by itself. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#endedAt = this.#options.clock.now()
    this.#unwatch = this.#options.watch(() => this.#ride())
    this.#look()
  }

  /** Nothing more happens by itself; what was demanded still does. */
  stop(): void {
    this.#isRunning = false
    this.#unwatch?.()
    this.#unwatch = null
    this.#cancelTimers()
  }

  /**
   * A whole collection, soon, whatever the share; one for all who demand it meanwhile.
   * @returns when `onCollected` has run; rejects with what it threw
   */
  collectNow(): Promise<void> {
    this.#isDemanded = true
    return this.#collect(true)
  }

  /** The same if the share allows it; otherwise only `onCollected`: what V8 has found by itself is let go of. */
  collectWithinShare(): Promise<void> {
    this.#isDemanded = true
    return this.#collect(this.#options.clock.now() >= this.#forceFrom)
  }

  /** Forces a collection if it is time, or looks again when it will be, and for new representatives meanwhile. */
  #look(): void {
    this.#cancelLook?.()
    this.#cancelLook = null
    const { clock, shortest, share } = this.#options
    if (share === 0) return
    const now = clock.now()
    const dueAt = this.#dueAt()
    if (dueAt <= now) void this.#collect(true)
    else this.#cancelLook = clock.schedule(instant(Math.min(dueAt, now + shortest)), () => this.#look())
  }

  #dueAt(): number {
    const { candidates, shortest } = this.#options
    const count = candidates()
    this.#left = Math.min(this.#left, count)
    if (count === 0) return Number.POSITIVE_INFINITY
    return Math.max(this.#endedAt + (count > this.#left ? shortest : this.#wait), this.#forceFrom)
  }

  /** V8 has collected by itself. */
  #ride(): void {
    if (this.#cancelRide !== null) return
    const { clock } = this.#options
    if (this.#rideFrom <= clock.now()) void this.#collect(false)
    else this.#cancelRide = clock.schedule(this.#rideFrom, () => void this.#collect(false))
  }

  #collect(isForced: boolean): Promise<void> {
    this.#isForced ||= isForced
    this.#coming ??= new Promise((resolve, reject) => {
      this.#options.inOwnTask(() => {
        try {
          this.#collectHere()
          resolve()
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
    return this.#coming
  }

  #collectHere(): void {
    const { clock, collect, onCollected, candidates } = this.#options
    const isForced = this.#isForced
    const isWanted = this.#isRunning || this.#isDemanded
    this.#coming = null
    this.#isForced = this.#isDemanded = false
    if (!isWanted) return
    this.#cancelTimers()
    const begunAt = clock.now()
    const before = candidates()
    if (isForced) collect?.()
    const collectedAt = clock.now()
    try {
      onCollected()
    } finally {
      this.#ended({ before, begunAt, collectedAt })
    }
  }

  #ended({ before, begunAt, collectedAt }: { before: number; begunAt: Instant; collectedAt: Instant }): void {
    const { clock, candidates, share, shortest, longest } = this.#options
    const now = clock.now()
    const left = candidates()
    const isNews = before > this.#left || left < before
    this.#left = left
    this.#wait = isNews ? shortest : Math.min(this.#wait * 2, longest)
    this.#endedAt = now
    if (share > 0) {
      this.#forceFrom = later(this.#forceFrom, after(now, (now - begunAt) / share))
      this.#rideFrom = later(this.#rideFrom, after(now, (now - collectedAt) / share))
    }
    if (this.#isRunning) this.#look()
  }

  #cancelTimers(): void {
    this.#cancelLook?.()
    this.#cancelRide?.()
    this.#cancelLook = this.#cancelRide = null
  }
}

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b)
