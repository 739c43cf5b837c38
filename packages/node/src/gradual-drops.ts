/**
 * Tells the collector of imports that nothing refers to any more, many of them in pieces with the event loop in between: neither this node
 * nor their owner is held up by a hundred thousand of them. What waits here is to the collector as an import whose finalizer is
 * still to run: held, by nothing. One that arrives again meanwhile has something in the heap that stands for it, and stays.
 */
import type { CollectorCore } from '@holdfast/collector'
import { after, type ImportId } from '@holdfast/core'
import type { ObjectHeap } from '@holdfast/heap/object-heap'
import type { Clock } from '@holdfast/transport'
import type { Turns } from './turns.js'

/** What a node and an owner each get done in about a millisecond. */
const PIECE = 1_024
/** From one piece to the next, in ms: an owner keeps up, and does something else in between. */
const PAUSE_MS = 2

export interface GradualDropsContext {
  readonly heap: ObjectHeap
  readonly collector: CollectorCore
  readonly turns: Turns
  readonly clock: Clock
  /** Whether what waits may be forgotten by a node that stops and goes on later: then all is told at once. */
  readonly isDurable: boolean
}

interface Waiting {
  readonly imports: readonly ImportId[]
  /** Of each, when it was found: a number of the table may come to name another import. */
  readonly generations: readonly number[]
  told: number
}

export class GradualDrops {
  readonly #context: GradualDropsContext
  readonly #waiting: Waiting[] = []
  #cancel: (() => void) | null = null

  constructor(context: GradualDropsContext) {
    this.#context = context
  }

  /** Whether something is still to be told. */
  get isUnderWay(): boolean {
    return this.#waiting.length > 0
  }

  /** Nothing in the heap stands for these any more. What fits into one piece is told now. */
  add(imports: readonly ImportId[]): void {
    const { turns, collector, isDurable } = this.#context
    if (imports.length === 0) return
    if (isDurable || imports.length <= PIECE) {
      turns.step({ type: 'drop', imports })
      return
    }
    this.#waiting.push({ imports, generations: imports.map((id) => collector.generationOf(id)), told: 0 })
    if (this.#cancel === null) this.#tellSome()
  }

  /** Nothing is told any more. */
  cancel(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#waiting.length = 0
  }

  #tellSome(): void {
    const { heap, turns, clock } = this.#context
    const [first] = this.#waiting
    const imports: ImportId[] = []
    const generations: number[] = []
    const end = Math.min(first.told + PIECE, first.imports.length)
    for (; first.told < end; first.told++) {
      const id = first.imports[first.told]
      if (heap.handleOfImport(id) !== undefined) continue
      imports.push(id)
      generations.push(first.generations[first.told])
    }
    if (first.told === first.imports.length) this.#waiting.shift()
    this.#cancel = this.isUnderWay ? clock.schedule(after(clock.now(), PAUSE_MS), () => this.#tellSome()) : null
    turns.step({ type: 'drop', imports, generations })
  }
}
