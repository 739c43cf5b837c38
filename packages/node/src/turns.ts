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
const SETTLED = Promise.resolve()
/** So many messages of a job go without the others: their receiver begins while the rest is still written. */
const MAX_HELD = 64

export class Turns {
  readonly #collector: CollectorCore
  readonly #clock: Clock
  readonly #carryOut: (effect: CollectorEffect) => void
  readonly #resume: () => boolean
  readonly #wakeUp: WakeUp
  /** What is to be carried out, in order; those before `#carriedOut` are done. Null when there is nothing. */
  #effects: readonly CollectorEffect[] | null = null
  #carriedOut = 0
  /** The same list when steps within the turn have added to it, so that it is no longer the collector's. */
  #added: CollectorEffect[] | null = null
  /** What the program's own code threw in this turn. */
  readonly #failures: Error[] = []
  readonly #isBatching: boolean
  readonly #flush = (): void => {
    this.#isFlushDue = false
    // All that was held may have gone already.
    if (this.#held === 0) return
    this.#held = 0
    try {
      this.step(FLUSH)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
  #isFlushDue = false
  /** How many messages wait for the end of the job. */
  #held = 0
  #isRunning = false
  /** The turn under way began with a frame. */
  #isOfFrame = false
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
    const effects = this.#collector.step(event, this.#clock.now())
    if (effects.length > 0) this.#add(effects)
    if (this.#isRunning) return
    this.#isOfFrame = event.type === 'frame'
    this.#finish()
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
    if (!this.#isOfFrame) this.#flushLater()
  }

  /** What a frame was answered with at once goes as soon as all of it is carried out. @returns whether there was anything */
  #flushAnswers(): boolean {
    if (!this.#isOfFrame || this.#held === 0) return false
    this.#held = 0
    this.step(FLUSH)
    return true
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
    this.#effects = null
    this.#added = null
    this.#carriedOut = 0
    this.#wakeUp.cancel()
  }

  #flushLater(): void {
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    // Half as dear as `queueMicrotask`, which notes where it was asked.
    void SETTLED.then(this.#flush)
  }

  #finish(): void {
    this.#isRunning = true
    try {
      do this.#drain()
      while (!this.#isOver && (this.#resume() || this.#flushAnswers()))
    } finally {
      this.#isRunning = false
      this.#isOfFrame = false
      // Something has thrown before they went.
      if (this.#held > 0) this.#flushLater()
    }
    if (!this.#isOver) this.#wakeUp.set(this.#collector.nextDeadline())
    if (this.#failures.length === 0) return
    const [failure] = this.#failures.splice(0)
    throw failure
  }

  #add(effects: readonly CollectorEffect[]): void {
    if (this.#effects === null) {
      this.#effects = effects
      return
    }
    this.#added ??= [...this.#effects]
    this.#effects = this.#added
    for (const effect of effects) this.#added.push(effect)
  }

  #drain(): void {
    try {
      while (this.#effects !== null && this.#carriedOut < this.#effects.length)
        this.#carryOut(this.#effects[this.#carriedOut++])
    } finally {
      // What is left when one throws is the next turn's.
      const isDone = this.#effects === null || this.#carriedOut === this.#effects.length
      this.#effects = isDone ? null : (this.#effects?.slice(this.#carriedOut) ?? null)
      this.#added = null
      this.#carriedOut = 0
    }
  }
}
