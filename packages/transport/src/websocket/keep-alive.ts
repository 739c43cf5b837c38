/**
 * Notices that the other end of a connection is gone although nothing says so: a cable pulled, a router that forgot, a machine
 * asleep. After a silence it asks; after another without anything at all it gives up.
 *
 * What is counted as silence ends only after the inbox was polled once more (as in a node's `WakeUp`): a process that was
 * stopped wakes to its timers before it reads what has long arrived.
 */
import { after, type Duration, type Instant } from '@holdfast/core'
import type { Clock } from '../clock.js'

export interface KeepAliveOptions {
  readonly clock: Clock
  /** How long a silence is. */
  readonly patience: Duration
  /** Asks for a sign of life. */
  readonly ask: () => void
  /** Two silences in a row. */
  readonly giveUp: () => void
}

export class KeepAlive {
  readonly #options: KeepAliveOptions
  #heardAt: Instant
  #hasAsked = false
  #cancel: () => void

  constructor(options: KeepAliveOptions) {
    const { clock, patience } = options
    this.#options = options
    this.#heardAt = clock.now()
    this.#cancel = clock.schedule(after(this.#heardAt, patience), () => this.#silent())
  }

  /** Something came. O(1), no timer is touched. */
  heard(): void {
    this.#heardAt = this.#options.clock.now()
    this.#hasAsked = false
  }

  stop(): void {
    this.#cancel()
  }

  #silent(): void {
    const { clock } = this.#options
    this.#cancel = clock.schedule(clock.now(), () => this.#polled())
  }

  #polled(): void {
    const { clock, patience, ask, giveUp } = this.#options
    const endsAt = after(this.#heardAt, patience)
    const now = clock.now()
    if (now < endsAt) {
      this.#cancel = clock.schedule(endsAt, () => this.#silent())
    } else if (this.#hasAsked) {
      giveUp()
    } else {
      this.#hasAsked = true
      this.#heardAt = now
      this.#cancel = clock.schedule(after(now, patience), () => this.#silent())
      ask()
    }
  }
}
