/**
 * Completes a node's collector with what makes reports and judges them: from the start where that is at hand, otherwise when a report or a
 * round is wanted first. Nothing is lost meanwhile: a report may be late, and all else that arrives is applied in its turn.
 */
import type { CollectorCore, MakeCoordination } from '@holdfast/collector'
import { coordinationAtHand, loadCoordination } from '#coordination'

export type LoadCoordination = () => Promise<MakeCoordination>

export class CoordinationLoader {
  readonly #collector: CollectorCore
  /** Null once it is there. */
  #load: LoadCoordination | null
  #coming: Promise<void> | null = null

  /** @param load where it comes from, if not from the platform */
  constructor(collector: CollectorCore, load: LoadCoordination | undefined) {
    this.#collector = collector
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

  #complete(make: MakeCoordination): void {
    this.#collector.complete(make)
    this.#load = null
  }
}
