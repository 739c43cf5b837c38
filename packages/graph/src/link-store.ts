import { grownCapacity, LimitError } from '@holdfast/core'

/** Stands for no link, and for no object, wherever an index is expected. */
export const NONE = -1

/** The most links there may be: a link's cells lie at twice its number, which must stay below 2^31. */
export const MAX_LINKS = 2 ** 30 - 1

const MIN_CAPACITY = 16

/** Fewer links than this stay in the cache wherever they lie (a quarter of a MiB). */
const MIN_ORDERED = 1 << 15

export interface LinkStoreImage {
  readonly cells: Int32Array
  readonly released: number
  readonly used: number
}

/**
 * Cells of singly linked lists of references, 8 bytes each. Target and next lie side by side, so that following a link
 * touches one cache line. Released links are handed out again before the store grows.
 *
 * Order: a list whose links were taken at different times lies all over the store, and each of its links is a cache miss of
 * its own. So a mark that visits everything at one go moves the links into new cells, in the order in which it meets them
 * (in the spirit of Cheney 1970, "A nonrecursive list compacting algorithm"); the next marks read them one after
 * another. The copy leaves no gaps behind, and gives back what a store that was once larger had kept.
 */
export class LinkStore {
  #cells = new Int32Array(MIN_CAPACITY * 2)
  /** Head of the list of released links, chained through their next. */
  #released = NONE
  /** Links below this number have been handed out at least once. */
  #used = 0
  /** Links taken since the last move: these may lie anywhere. */
  #scattered = 0

  /** Link `l` has its target at `2l` and its next at `2l + 1`. Valid until the store grows or its links are moved. */
  get cells(): Int32Array {
    return this.#cells
  }

  /** Takes a link. Amortized O(1). @throws LimitError `too-many-references` */
  take(target: number, next: number): number {
    let link = this.#released
    if (link !== NONE) this.#released = this.#cells[2 * link + 1]
    else {
      link = this.#used
      if (2 * link >= this.#cells.length) this.reserve(1)
      this.#used++
    }
    this.#cells[2 * link] = target
    this.#cells[2 * link + 1] = next
    this.#scattered++
    return link
  }

  /** Takes a link back. O(1). */
  release(link: number): void {
    this.releaseList(link, link)
  }

  /** Takes a whole list back, from its first to its last link. O(1). */
  releaseList(first: number, last: number): void {
    this.#cells[2 * last + 1] = this.#released
    this.#released = first
  }

  /**
   * Makes room for `more` links beyond those ever handed out. @throws LimitError `too-many-references`, nothing changed
   */
  reserve(more: number): void {
    const needed = this.#used + more
    if (needed > MAX_LINKS) throw new LimitError('too-many-references', 'the graph is full', { limit: MAX_LINKS })
    if (2 * needed <= this.#cells.length) return
    const grown = new Int32Array(2 * Math.min(grownCapacity(this.#cells.length / 2, needed), MAX_LINKS))
    grown.set(this.#cells)
    this.#cells = grown
  }

  /** Moving pays: an eighth of the links in use, or more, were taken since the last move. @param inUse how many are in use */
  isScattered(inUse: number): boolean {
    return inUse >= MIN_ORDERED && this.#scattered > inUse >>> 3
  }

  /** Cells for as many links, to which all are about to be moved, with room for a few more. */
  roomFor(inUse: number): Int32Array<ArrayBuffer> {
    return new Int32Array(2 * Math.min(inUse + (inUse >>> 5), MAX_LINKS))
  }

  /** All links in use have been moved to these cells, where they are numbered from 0 on. */
  moved(cells: Int32Array<ArrayBuffer>, inUse: number): void {
    this.#cells = cells
    this.#used = inUse
    this.#released = NONE
    this.#scattered = 0
  }

  get memoryBytes(): number {
    return this.#cells.byteLength
  }

  image(): LinkStoreImage {
    return { cells: this.#cells.subarray(0, 2 * this.#used), released: this.#released, used: this.#used }
  }

  restore({ cells, released, used }: LinkStoreImage): void {
    this.#cells = new Int32Array(Math.max(cells.length, 2 * MIN_CAPACITY))
    this.#cells.set(cells)
    this.#released = released
    this.#used = used
    this.#scattered = used
  }
}
