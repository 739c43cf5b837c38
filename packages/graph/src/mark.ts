/**
 * A mark as its user sees it: a ticket for one tri-color mark of one graph. The graph does the marking; the ticket only
 * refuses answers that would be wrong: too early, or about a mark that is over.
 */
import { type ObjectKey, UsageError } from '@holdfast/core'

export interface Mark {
  /** Nothing is grey: the answers below are final unless a white object is made a root or referred to. */
  readonly finished: boolean
  /**
   * Goes on marking; true when nothing is grey.
   * @param budget about how many objects and references to visit together; Infinity for all
   * @throws UsageError `bad-budget`, `stale-mark`
   */
  step(budget: number): boolean
  /**
   * The object is not white: a root reaches it, or did when the mark began, or it was added since. @throws UsageError
   * `no-such-object`, `mark-not-finished`, `stale-mark`
   */
  isReached(key: ObjectKey): boolean
  /**
   * The white objects, garbage all, in no particular order; the graph must not change meanwhile. O(objects). @throws
   * UsageError as above
   */
  whites(): Iterable<ObjectKey>
  /** The same without an iterator. @throws UsageError as above */
  forEachWhite(visit: (key: ObjectKey) => void): void
  /** Ends the mark without a sweep: mutators stop paying for it. Nothing happens to a stale one. */
  end(): void
}

/** What a graph lends to its tickets. */
export interface Markable {
  /** This ticket belongs to the mark under way. */
  isCurrent(mark: Mark): boolean
  /** Nothing is grey. */
  isFinished(): boolean
  step(budget: number): boolean
  isWhite(key: ObjectKey): boolean
  whites(): Iterable<ObjectKey>
  forEachWhite(visit: (key: ObjectKey) => void): void
  end(): void
}

/** A ticket, valid as long as its graph says that it is the current one. */
export class MarkTicket implements Mark {
  readonly #graph: Markable

  constructor(graph: Markable) {
    this.#graph = graph
  }

  get finished(): boolean {
    return this.#graph.isCurrent(this) && this.#graph.isFinished()
  }

  step(budget: number): boolean {
    checkCurrent(this.#graph, this)
    if (!(budget > 0)) throw new UsageError('bad-budget', 'a budget is above 0', { budget })
    return this.#graph.step(budget)
  }

  isReached(key: ObjectKey): boolean {
    checkFinished(this.#graph, this)
    return !this.#graph.isWhite(key)
  }

  whites(): Iterable<ObjectKey> {
    checkFinished(this.#graph, this)
    return this.#graph.whites()
  }

  forEachWhite(visit: (key: ObjectKey) => void): void {
    checkFinished(this.#graph, this)
    this.#graph.forEachWhite(visit)
  }

  end(): void {
    if (this.#graph.isCurrent(this)) this.#graph.end()
  }
}

/** @throws UsageError `stale-mark`, `mark-not-finished` */
export function checkFinished(graph: Markable, mark: Mark): void {
  checkCurrent(graph, mark)
  if (!graph.isFinished()) throw new UsageError('mark-not-finished', 'something is still grey')
}

function checkCurrent(graph: Markable, mark: Mark): void {
  if (!graph.isCurrent(mark)) throw new UsageError('stale-mark', 'the mark is over')
}
