/**
 * A node's turns: each gives the collector one event and carries out what it says, in order. A step that is made while effects are
 * carried out puts its own behind those, so that frames keep the order of their turns. Whatever the program's code throws
 * comes out when the turn is over: the protocol goes on.
 */
import type { CollectorCore, CollectorEffect, CollectorEvent } from '@holdfast/collector'
import type { Clock } from '@holdfast/transport'
import { WakeUp } from './wake-up.js'

/** What the turns need of their node. */
export interface TurnsContext {
  readonly collector: CollectorCore
  readonly clock: Clock
  readonly carryOut: (effect: CollectorEffect) => void
  /** Does what had to wait for something that the turn may have brought. @returns whether it did anything */
  readonly resume: () => boolean
  /** Whether messages of the program may wait for the end of the job. */
  readonly isBatching: boolean
}

const FLUSH = { type: 'flush' } as const
/** So many messages of a job go without the others: their receiver begins while the rest is still written. */
const MAX_HELD = 64

export class Turns {
  readonly #collector: CollectorCore
  readonly #clock: Clock
  readonly #carryOut: (effect: CollectorEffect) => void
  readonly #resume: () => boolean
  readonly #wakeUp: WakeUp
  /** What is to be carried out, in order; those before `#carriedOut` are done. */
  readonly #effects: CollectorEffect[] = []
  #carriedOut = 0
  /** What the program's own code threw in this turn. */
  readonly #failures: Error[] = []
  readonly #isBatching: boolean
  readonly #flush = (): void => {
    this.#isFlushDue = false
    // All that was held may have gone already.
    if (this.#held > 0) this.step(FLUSH)
    this.#held = 0
  }
  #isFlushDue = false
  /** How many messages wait for the end of the job. */
  #held = 0
  #isRunning = false
  #isOver = false

  constructor({ collector, clock, carryOut, resume, isBatching }: TurnsContext) {
    this.#isBatching = isBatching
    this.#collector = collector
    this.#clock = clock
    this.#carryOut = carryOut
    this.#resume = resume
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
    for (const effect of this.#collector.step(event, this.#clock.now())) this.#effects.push(effect)
    if (!this.#isRunning) this.#finish()
  }

  /** Whether messages of the program are to be held (`isHeld`) for the end of the job. */
  get isBatching(): boolean {
    return this.#isBatching
  }

  /**
   * Sends a message of the program: at once, or, if it is held, together with the others of this job, in one frame for each peer.
   * @throws as `step`
   */
  send(event: Extract<CollectorEvent, { type: 'call' | 'return' }>): void {
    this.step(event)
    if (event.isHeld !== true) return
    if (++this.#held === MAX_HELD) {
      this.#held = 0
      this.step(FLUSH)
    }
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    queueMicrotask(this.#flush)
  }

  /** A turn of this node's own, or a part of the one under way: what the code steps is carried out after it. @throws as `step` */
  act(code: () => void): void {
    if (this.#isRunning) {
      code()
      return
    }
    this.#isRunning = true
    try {
      code()
    } finally {
      this.#isRunning = false
    }
    this.#finish()
  }

  /** Runs the program's own code within a turn. @returns whether it went well */
  attempt(code: () => void): boolean {
    try {
      code()
      return true
    } catch (error) {
      this.failed(error)
      return false
    }
  }

  /** The program's own code has thrown this within a turn: it comes out when that is over. */
  failed(error: unknown): void {
    this.#failures.push(error instanceof Error ? error : new Error('the program threw no Error', { cause: error }))
  }

  /** Idempotent. */
  end(): void {
    this.#isOver = true
    this.#effects.length = 0
    this.#carriedOut = 0
    this.#wakeUp.cancel()
  }

  #finish(): void {
    this.#isRunning = true
    try {
      do this.#drain()
      while (!this.#isOver && this.#resume())
    } finally {
      this.#isRunning = false
    }
    if (!this.#isOver) this.#wakeUp.set(this.#collector.nextDeadline())
    if (this.#failures.length === 0) return
    const [failure] = this.#failures.splice(0)
    throw failure
  }

  #drain(): void {
    try {
      while (this.#carriedOut < this.#effects.length) this.#carryOut(this.#effects[this.#carriedOut++])
    } finally {
      // What is left when one throws is the next turn's.
      if (this.#carriedOut === this.#effects.length) this.#effects.length = 0
      else this.#effects.splice(0, this.#carriedOut)
      this.#carriedOut = 0
    }
  }
}
