/**
 * When a node collects its own heap. What freed something by reference counting comes in cascades, from node to node; a
 * collection for the cycles that may be left waits for the cascade's end. A verdict is acted on at once.
 */
import { after, type Instant, instant } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'

/** A cascade is over when no drop came for so long; a collection waits for that, but not longer than the limit. */
const PAUSE_MS = 3
const LIMIT_MS = 100

export class CollectionSchedule {
  readonly #clock: Clock
  readonly #collect: () => void
  #cancel: (() => void) | null = null
  /** When the cascade under way will be over, if nothing more comes. */
  #pauseEndsAt = instant(0)
  /** Not before this instant will drops cause another collection. */
  #restUntil = instant(0)

  constructor(clock: Clock, collect: () => void) {
    this.#clock = clock
    this.#collect = collect
  }

  /** Whether a collection is to come. */
  get isDue(): boolean {
    return this.#cancel !== null
  }

  /** Something lost a holder and may be part of a cycle: a collection when the cascade is over. */
  afterCascade(): void {
    const now = this.#clock.now()
    this.#pauseEndsAt = after(now, PAUSE_MS)
    if (this.#cancel !== null) return
    this.#wait(this.#pauseEndsAt > this.#restUntil ? this.#pauseEndsAt : this.#restUntil, after(now, LIMIT_MS))
  }

  /** There is garbage for certain: a collection after what waits in the inbox. */
  atOnce(): void {
    this.#cancel?.()
    const now = this.#clock.now()
    this.#wait(now, now)
  }

  /** Nothing is to come any more. */
  cancel(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #wait(until: Instant, latest: Instant): void {
    this.#cancel = this.#clock.schedule(until, () => {
      this.#cancel = null
      const now = this.#clock.now()
      if (now < this.#pauseEndsAt && now < latest) {
        this.#wait(this.#pauseEndsAt, latest)
        return
      }
      this.#collect()
      // As long as it took: at most half of the time goes there.
      this.#restUntil = after(this.#clock.now(), this.#clock.now() - now)
    })
  }
}
