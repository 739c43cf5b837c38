/**
 * Completes a node's collector with what makes reports and judges them: from the start where that is at hand, otherwise when a report or a
 * round is wanted first, or a while after there is a session. Nothing is lost meanwhile: a report may be late, and all else that arrives is
 * applied in its turn.
 */
import type { CollectorCore, MakeCoordination } from '@holdfast/collector'
import { after } from '@holdfast/core'
import type { Clock } from '@holdfast/transport'
import { coordinationAtHand, loadCoordination } from '#coordination'

export type LoadCoordination = () => Promise<MakeCoordination>

/** Behind the first calls of a session, ahead of its first round: a round that waits counts as long, and makes the next ones rare. */
const AHEAD_MS = 500

export class CoordinationLoader {
  readonly #collector: CollectorCore
  readonly #clock: Clock
  #cancelTimer: (() => void) | null = null
  /** Null once it is there. */
  #load: LoadCoordination | null
  #coming: Promise<void> | null = null

  /** @param load where it comes from, if not from the platform */
  constructor(collector: CollectorCore, clock: Clock, load: LoadCoordination | undefined) {
    this.#collector = collector
    this.#clock = clock
    this.#load = load ?? loadCoordination
    if (load === undefined && coordinationAtHand !== null) this.#complete(coordinationAtHand)
  }

  /** @returns null when it is there. Rejects when it cannot be loaded; whoever needs it next tries again */
  load(): Promise<void> | null {
    if (this.#load === null) return null
    this.#coming ??= this.#load()
      .then((make) => this.#complete(make))
      .finally(() => {
        this.#coming = null
      })
    return this.#coming
  }

  /** There is a session: rounds are to be expected. */
  expect(): void {
    if (this.#load === null || this.#cancelTimer !== null) return
    this.#cancelTimer = this.#clock.schedule(after(this.#clock.now(), AHEAD_MS), () => {
      this.#cancelTimer = null
      // Nobody waits for it yet.
      this.load()?.catch(() => {})
    })
  }

  /** Nothing is loaded by itself any more. */
  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  #complete(make: MakeCoordination): void {
    this.#collector.complete(make)
    this.#load = null
  }
}
