/**
 * A node's turns: each gives the collector one event and carries out what it says, in order. A step that is made while effects are
 * carried out puts its own behind those, so that frames keep the order of their turns. Whatever the program's code throws
 * comes out when the turn is over: the protocol goes on.
 */
import type { Collector, CollectorEffect, CollectorEvent } from '@holdfast/collector'
import type { Clock } from '@holdfast/transport'
import { WakeUp } from './wake-up.js'

export class Turns {
  readonly #collector: Collector
  readonly #clock: Clock
  readonly #carryOut: (effect: CollectorEffect) => void
  readonly #wakeUp: WakeUp
  readonly #effects: CollectorEffect[] = []
  /** What the program's own code threw in this turn. */
  readonly #failures: Error[] = []
  #isRunning = false
  #isOver = false

  constructor(collector: Collector, clock: Clock, carryOut: (effect: CollectorEffect) => void) {
    this.#collector = collector
    this.#clock = clock
    this.#carryOut = carryOut
    this.#wakeUp = new WakeUp(clock, () => this.step({ type: 'deadline' }))
  }

  /** Whether effects are being carried out. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Nothing happens any more, and what is left of the turn under way neither. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** One turn, or a part of the one under way. @throws UsageError, LimitError: nothing happened; what the program's code threw */
  step(event: CollectorEvent): void {
    if (this.#isOver) return
    this.#effects.push(...this.#collector.step(event, this.#clock.now()))
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift())
        this.#carryOut(effect)
    } finally {
      this.#isRunning = false
    }
    if (!this.#isOver) this.#wakeUp.set(this.#collector.nextDeadline())
    const [failure] = this.#failures.splice(0)
    if (failure !== undefined) throw failure
  }

  /** Runs the program's own code within a turn. @returns whether it went well */
  attempt(code: () => void): boolean {
    try {
      code()
      return true
    } catch (error) {
      this.#failures.push(error instanceof Error ? error : new Error('the program threw no Error', { cause: error }))
      return false
    }
  }

  /** Idempotent. */
  end(): void {
    this.#isOver = true
    this.#effects.length = 0
    this.#wakeUp.cancel()
  }
}
