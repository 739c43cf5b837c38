/**
 * Where the references of a collection are kept in the object heap. Removing a reference costs as many steps as its
 * object has references, so those of a large collection are spread over pages: hidden objects in a tree, with at most
 * 64 members and 64 pages below each. The first page is the collection itself. Which page a member is in follows from
 * its position.
 */
import type { Handle } from '../object-heap/index.js'
import type { Entry } from './entry.js'

/** Members of a page, and pages below one: 2 to this power. */
const PAGE_BITS = 6

export class Pages {
  readonly #owner: Entry
  /** Of pages after the first; undefined where a page is empty. */
  readonly #handles: (Handle | undefined)[] = []
  /** References that each of those has, pages below it included. */
  readonly #uses: number[] = []

  constructor(owner: Entry) {
    this.#owner = owner
  }

  /** The collection refers to a target once more. O(1), but for new pages. */
  refer(position: number, target: Entry): void {
    const page = position >> PAGE_BITS
    this.#owner.heap.refer(this.#pageAt(page), target)
    if (page > 0) this.#uses[page]++
  }

  /** And once less. O(page). */
  unrefer(position: number, target: Entry): void {
    const page = position >> PAGE_BITS
    this.#owner.heap.unrefer(this.#pageAt(page), target)
    this.#release(page)
  }

  #pageAt(page: number): Handle {
    if (page === 0) return this.#owner.handle
    const known = this.#handles[page]
    if (known !== undefined) return known
    const parent = page >> PAGE_BITS
    const handle = this.#owner.heap.createPage(this.#pageAt(parent))
    this.#handles[page] = handle
    this.#uses[page] = 0
    if (parent > 0) this.#uses[parent]++
    return handle
  }

  #release(page: number): void {
    if (page === 0 || --this.#uses[page] > 0) return
    const parent = page >> PAGE_BITS
    this.#owner.heap.removePage(this.#pageAt(parent), this.#pageAt(page))
    this.#handles[page] = undefined
    this.#release(parent)
  }
}
