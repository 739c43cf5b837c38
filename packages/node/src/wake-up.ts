/**
 * One timer for a machine's next deadline. A passed deadline acts only after the inbox was polled once more since it was noticed,
 * since a long turn is followed by timers before whatever waits in the inbox.
 */
import type { Instant } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'

export class WakeUp {
  readonly #clock: Clock
  readonly #wake: () => void
  #at: Instant | null = null
  #cancel: (() => void) | null = null

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  /** Wakes at the deadline, or earlier: an earlier timer that is already set is left to find that nothing is due. */
  set(deadline: Instant | null): void {
    if (deadline === null || (this.#at !== null && this.#at <= deadline)) return
    this.#cancel?.()
    this.#at = deadline
    this.#cancel = this.#clock.schedule(deadline, () => this.#noticed())
  }

  cancel(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#at = null
  }

  #noticed(): void {
    this.#cancel = this.#clock.schedule(this.#clock.now(), () => {
      this.#cancel = null
      this.#at = null
      this.#wake()
    })
  }
}
