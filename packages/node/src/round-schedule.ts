/**
 * When a node that coordinates holds its next round. A round that found garbage is followed by another soon, one that found nothing by
 * one after twice the time, and all rounds together take no more than a share of the time: an idle cluster is left alone.
 *
 * Driver contract: `start` once; `round` is called when one is due and resolves when it is over. `demand` for one now, `press` when
 * memory is short.
 */
import { after, type Duration, type Instant, UsageError } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'

export interface RoundPace {
  /** The shortest wait between two rounds, in ms. Default: 1,000. */
  readonly shortest?: Duration
  /** The longest, in ms. Default: 300,000. */
  readonly longest?: Duration
  /** The most of the time that rounds may take, as a fraction, as far as the longest wait allows. Default: 0.01. */
  readonly share?: number
}

export interface RoundScheduleOptions extends RoundPace {
  readonly clock: Clock
  /** Holds a round. @returns how many exports were condemned */
  readonly round: () => Promise<number>
}

/** Under pressure rounds may take this much of the time. */
const PRESSED_SHARE = 0.25

export class RoundSchedule {
  readonly #clock: Clock
  readonly #round: () => Promise<number>
  readonly #shortest: Duration
  readonly #longest: Duration
  readonly #share: number
  #wait: Duration
  #cancel: (() => void) | null = null
  /** A round is under way. */
  #running: Promise<number> | null = null
  #isOver = false
  #endedAt: Instant
  #took: Duration = 0

  /** @throws UsageError `bad-pace` */
  constructor({ clock, round, shortest = 1000, longest = 300_000, share = 0.01 }: RoundScheduleOptions) {
    if (!(shortest > 0 && longest >= shortest && share > 0 && share <= 1)) {
      throw new UsageError('bad-pace', 'the longest wait is no shorter than the shortest, and a share is at most 1', {
        shortest,
        longest,
        share,
      })
    }
    this.#clock = clock
    this.#round = round
    this.#shortest = shortest
    this.#longest = longest
    this.#share = share
    this.#wait = shortest
    this.#endedAt = clock.now()
  }

  /** Begins to hold rounds. */
  start(): void {
    this.#next(after(this.#endedAt, this.#wait))
  }

  /** A round now, or the one that is under way. @returns how many exports were condemned */
  demand(): Promise<number> {
    this.#running ??= this.#hold()
    return this.#running
  }

  /** Memory is short: the next round is held as soon as rounds have not taken more than a quarter of the time. */
  press(): void {
    if (this.#running !== null || this.#isOver) return
    const soonest = after(this.#endedAt, Math.max(this.#took / PRESSED_SHARE, this.#shortest))
    this.#next(soonest)
  }

  /** No more rounds. */
  stop(): void {
    this.#isOver = true
    this.#cancel?.()
    this.#cancel = null
  }

  #next(at: Instant): void {
    this.#cancel?.()
    this.#cancel = this.#isOver
      ? null
      : this.#clock.schedule(at, () => {
          this.#cancel = null
          // Whoever demands a round hears of its failure; a round of our own is followed by another.
          this.demand().catch(() => {})
        })
  }

  async #hold(): Promise<number> {
    this.#cancel?.()
    this.#cancel = null
    const begun = this.#clock.now()
    let condemned = 0
    try {
      condemned = await this.#round()
      return condemned
    } finally {
      this.#running = null
      this.#endedAt = this.#clock.now()
      this.#took = this.#endedAt - begun
      this.#wait = condemned > 0 ? this.#shortest : Math.min(this.#wait * 2, this.#longest)
      // A round that waited for a silent node took long and cost little: the longest wait is enough.
      const rest = Math.min(this.#took / this.#share, this.#longest)
      this.#next(after(this.#endedAt, Math.max(this.#wait, rest)))
    }
  }
}
