/**
 * Time that goes on by a little whenever the thread comes round, and not while it is busy. Nodes of one thread all stall together; by this
 * clock none does, however slow the machine, so that even short leases end only when they should.
 */
import { after } from '@holdfast/core'
import { VirtualClock } from '@holdfast/transport'

/** How far it goes in one turn, in ms: a twentieth of the shortest lease in use. */
const STEP_MS = 5

export class TurningClock extends VirtualClock {
  readonly #timer: NodeJS.Timeout

  constructor() {
    super()
    this.#timer = setInterval(() => this.advanceTo(after(this.now(), STEP_MS)), 1)
    this.#timer.unref()
  }

  /** Time stands still from now on. */
  stop(): void {
    clearInterval(this.#timer)
  }
}
