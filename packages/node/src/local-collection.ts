/**
 * A node's collections of its own heap: what others hold and what gifts pin are roots besides the heap's own, and the owners of what
 * was found unreachable are told.
 */
import type { CollectorCore } from '@holdfast/collector'
import type { ObjectKey } from '@holdfast/core'
import type { ObjectHeap } from '@holdfast/heap/object-heap'
import type { Clock } from '@holdfast/transport'
import { CollectionSchedule } from './collection-schedule.js'
import { GradualDrops } from './gradual-drops.js'
import type { Turns } from './turns.js'

/** What a collection needs of its node. */
export interface CollectionContext {
  readonly heap: ObjectHeap
  readonly collector: CollectorCore
  readonly turns: Turns
  readonly clock: Clock
  /** Whether the node may stop and go on later. */
  readonly isDurable: boolean
}

/** When more than one in so many objects lost its last holder, one collection is cheaper than freeing them one by one. */
const MANY_RELEASED = 8

export class LocalCollection {
  readonly #context: CollectionContext
  readonly #schedule: CollectionSchedule
  readonly #drops: GradualDrops
  /** The heap's count of losses when nothing in it was garbage; -1 once another node let go of something. */
  #cleanAt = -1

  constructor(context: CollectionContext) {
    this.#context = context
    this.#drops = new GradualDrops(context)
    this.#schedule = new CollectionSchedule(context.clock, () => this.run())
  }

  /** Whether one is to come, or owners are still to be told of what one found. */
  get isDue(): boolean {
    return this.#schedule.isDue || this.#drops.isUnderWay
  }

  /** @returns how many objects it freed */
  run(): number {
    const { heap, collector } = this.#context
    this.#schedule.cancel()
    const { exports, pinned } = collector
    const { freed, unreachableImports } = heap.collect({ exported: exports, pinnedImports: pinned })
    this.#cleanAt = heap.losses
    this.#drops.add(unreachableImports)
    return freed
  }

  /** A collection now, unless it could find nothing: nobody let go of anything since the last. */
  runIfNeeded(): void {
    if (this.#cleanAt !== this.#context.heap.losses) this.run()
  }

  /** A collection when the cascade of drops is over. */
  afterCascade(): void {
    this.#schedule.afterCascade()
  }

  /**
   * Frees at once what nothing refers to. The rest may be part of a cycle, so a collection comes soon: at once for a verdict, which
   * says so; for drops, which come in cascades, only when enough time has passed since the last.
   */
  reclaim(objects: readonly ObjectKey[], isCondemned: boolean): void {
    const { heap, collector } = this.#context
    this.#cleanAt = -1
    if (objects.length * MANY_RELEASED > heap.objectCount) {
      this.#schedule.atOnce()
      return
    }
    const { unreachableImports, mayBeCyclic } = heap.reclaim(objects, collector)
    this.#drops.add(unreachableImports)
    if (mayBeCyclic && isCondemned) this.#schedule.atOnce()
    else if (mayBeCyclic) this.#schedule.afterCascade()
  }

  /** None is to come any more. */
  cancel(): void {
    this.#schedule.cancel()
    this.#drops.cancel()
  }
}
