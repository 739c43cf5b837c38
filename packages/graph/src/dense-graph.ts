/**
 * The reference graph in typed arrays, for those who can name objects by dense indices: heaps, collages, compact
 * graphs. It hands the indices out and reuses freed ones. References are singly linked lists of links; parallel
 * references are links of their own.
 *
 * Memory: 10 bytes an object (first link, in-degree, root count, color) and 8 a reference, plus at most an eighth of
 * slack; 4 bytes for each grey object while a mark is under way. Nothing is allocated per call.
 *
 * Invariants: the in-degree of an object is the number of links whose target it is; a free index has no links and
 * no roots; while a mark is under way nothing black refers to anything white (see `marker.ts`).
 *
 * Indices are checked where a change could corrupt the graph (`no-such-object`); plain queries trust them.
 *
 * getters:  objectCount, referenceCount, rootedCount, capacity, memoryBytes, marking, markFinished
 * queries:  isAllocated, inDegree, rootCount, countReferences, colorOf, firstLink / nextLink / linkTarget
 * commands: allocate, free, addReference, removeReference, addRoot, removeRoot, reserve
 * marking:  beginMark, then markStep until true (and again after every shade), then sweepWhite or not, then endMark
 */
import { assert, grownCapacity, LimitError, UsageError } from '@holdfast/core'
import { LinkStore, type LinkStoreImage, NONE } from './link-store.js'
import { type Color, Marker, WHITE } from './marker.js'
import { RootCounts, type RootCountsImage } from './root-counts.js'

/** The most objects there may be: with room to encode a free index and its successor in one cell. */
const MAX_OBJECTS = 2 ** 31 - 4

/** What the head of a free index holds when no free index follows: FREE - 1 - n when index n follows. */
const FREE = -2

/** Of a `DenseGraph`, see `image`. */
export interface DenseGraphImage {
  readonly heads: Int32Array
  readonly inDegrees: Int32Array
  readonly roots: RootCountsImage
  readonly links: LinkStoreImage
  readonly firstFree: number
  readonly objectCount: number
  readonly referenceCount: number
}

export class DenseGraph {
  /** First link of each object, or NONE; below NONE the index is free. */
  #heads = new Int32Array(0)
  #inDegrees = new Int32Array(0)
  readonly #roots = new RootCounts()
  readonly #links = new LinkStore()
  readonly #marker = new Marker()
  #firstFree = NONE
  /** Indices below this one have been handed out at least once. */
  #capacity = 0
  #objectCount = 0
  #referenceCount = 0

  get objectCount(): number {
    return this.#objectCount
  }

  /** Parallel references count each. */
  get referenceCount(): number {
    return this.#referenceCount
  }

  /** How many objects are roots at least once. */
  get rootedCount(): number {
    return this.#roots.rootedCount
  }

  /** The highest index ever handed out, plus one. */
  get capacity(): number {
    return this.#capacity
  }

  /** Bytes of the typed arrays, slack included. */
  get memoryBytes(): number {
    const own = this.#heads.byteLength + this.#inDegrees.byteLength
    return own + this.#roots.memoryBytes + this.#links.memoryBytes + this.#marker.memoryBytes
  }

  /** A mark is under way: begun and not ended. */
  get marking(): boolean {
    return this.#marker.active
  }

  /** A mark is under way and nothing is grey: every white object is garbage. */
  get markFinished(): boolean {
    return this.#marker.finished
  }

  /** O(1). */
  isAllocated(index: number): boolean {
    return this.#heads[index] >= NONE
  }

  /** References to an allocated object, parallel ones and its own to itself included. O(1). */
  inDegree(index: number): number {
    return this.#inDegrees[index]
  }

  /** How many times an allocated object is a root. O(1). */
  rootCount(index: number): number {
    return this.#roots.get(index)
  }

  /** How many parallel references lead from one object to another. O(references of `from`). */
  countReferences(from: number, to: number): number {
    let count = 0
    for (let link = this.firstLink(from); link !== NONE; link = this.nextLink(link))
      if (this.linkTarget(link) === to) count++
    return count
  }

  /** The first link of an allocated object, or NONE. Links are valid until the object's references change, or a mark goes on. O(1). */
  firstLink(index: number): number {
    return this.#heads[index]
  }

  /** The link after this one, or NONE. O(1). */
  nextLink(link: number): number {
    return this.#links.cells[2 * link + 1]
  }

  /** The object that a link refers to. O(1). */
  linkTarget(link: number): number {
    return this.#links.cells[2 * link]
  }

  /**
   * The lists themselves, for walks too hot for a call per link: `heads[object]` is its first link or NONE, `cells[2 * link]` a
   * link's target and `cells[2 * link + 1]` the next link. To be read only, and anew after any change.
   */
  get adjacency(): { readonly heads: Int32Array; readonly cells: Int32Array } {
    return { heads: this.#heads, cells: this.#links.cells }
  }

  /**
   * A new object without references or roots; black while a mark is under way. Amortized O(1). @throws LimitError
   * `too-many-objects`
   */
  allocate(): number {
    let index = this.#firstFree
    if (index !== NONE) this.#firstFree = FREE - 1 - this.#heads[index]
    else {
      index = this.#capacity
      if (index >= this.#heads.length) this.#reserveObjects(1)
      this.#capacity++
    }
    this.#heads[index] = NONE
    this.#inDegrees[index] = 0
    this.#marker.allocated(index)
    this.#objectCount++
    return index
  }

  /**
   * Removes an object with the references it has. O(its references).
   * @throws UsageError `no-such-object`; `object-in-use` while it is a root or something (itself too) refers to it
   */
  free(index: number): void {
    this.#check(index)
    if (this.#inDegrees[index] > 0 || this.#roots.get(index) > 0)
      throw new UsageError('object-in-use', 'the object is a root or referred to', { index })
    this.#release(index, false)
    this.#marker.freed(index)
  }

  /** Amortized O(1). @throws UsageError `no-such-object`, LimitError `too-many-references` */
  addReference(from: number, to: number): void {
    this.#check(from)
    this.#check(to)
    this.#heads[from] = this.#links.take(to, this.#heads[from])
    this.#inDegrees[to]++
    this.#referenceCount++
    if (this.#marker.active) this.#marker.shade(to)
  }

  /**
   * Removes one of the parallel references; false when there is none. O(references of `from`). @throws UsageError
   * `no-such-object`
   */
  removeReference(from: number, to: number): boolean {
    this.#check(from)
    const cells = this.#links.cells
    let previous = NONE
    let link = this.#heads[from]
    while (link !== NONE && cells[2 * link] !== to) {
      previous = link
      link = cells[2 * link + 1]
    }
    if (link === NONE) return false
    const next = cells[2 * link + 1]
    if (previous === NONE) this.#heads[from] = next
    else cells[2 * previous + 1] = next
    this.#marker.unlinked(link, next)
    this.#links.release(link)
    this.#inDegrees[to]--
    this.#referenceCount--
    return true
  }

  /** Makes an object a root once more. O(1). @throws UsageError `no-such-object` */
  addRoot(index: number): void {
    this.#check(index)
    this.#roots.increment(index)
    if (this.#marker.active) this.#marker.shade(index)
  }

  /** Makes an object a root once less. O(1). @throws UsageError `no-such-object`, `not-a-root` */
  removeRoot(index: number): void {
    this.#check(index)
    this.#roots.decrement(index)
  }

  /**
   * Makes room, so that this many more objects and references are added without growing. O(capacity). @throws
   * LimitError
   */
  reserve(objects: number, references: number): void {
    this.#links.reserve(references)
    this.#reserveObjects(objects)
  }

  /**
   * Begins a mark, anew if one is under way: everything white but the roots, which are grey. O(capacity), about 1 ms
   * per million.
   */
  beginMark(): void {
    this.#marker.begin()
    this.#roots.forEach((index) => this.#marker.shade(index))
  }

  /**
   * White becomes grey. Allowed after the mark has finished: it goes on then. O(1). @throws UsageError
   * `no-such-object`, `no-mark`
   */
  shade(index: number): void {
    this.#check(index)
    this.#checkMarking()
    this.#marker.shade(index)
  }

  /**
   * Goes on marking; true when nothing is grey. O(budget), also inside the references of one object. A mark whose first budget is
   * for all there is may put the links into its own order meanwhile (see `LinkStore`).
   * @param budget the most objects and references to visit together
   * @throws UsageError `no-mark`
   */
  markStep(budget: number): boolean {
    this.#checkMarking()
    if (budget >= this.#objectCount + this.#referenceCount && this.#marker.untouched) this.#moveLinks()
    return this.#marker.step(this.#heads, this.#links.cells, budget)
  }

  #moveLinks(): void {
    const links = this.#links
    const count = this.#referenceCount
    if (!links.isScattered(count)) return
    const room = links.roomFor(count)
    const moved = this.#marker.moveAll(this.#heads, links.cells, room)
    assert(moved === count, 'each link is moved once', { moved, count })
    links.moved(room, count)
  }

  /** The color of an allocated object; means something only while a mark is under way. O(1). */
  colorOf(index: number): Color {
    return this.#marker.colorOf(index)
  }

  /** Ends the mark; colors mean nothing from here on. O(1). */
  endMark(): void {
    this.#marker.end()
  }

  /**
   * Frees every white object, whatever it refers to, and says how many there were. The mark stays finished. O(capacity
   * + references of the white objects).
   * @param visit called for every white object before any is freed, while all their references are still there
   * @throws UsageError `no-mark`, `mark-not-finished` (also when `visit` shaded something), nothing changed
   */
  sweepWhite(visit?: (index: number) => void): number {
    this.#checkFinished()
    if (visit !== undefined) {
      for (let index = 0; index < this.#capacity; index++) if (this.#isWhite(index)) visit(index)
      this.#checkFinished()
    }
    const before = this.#objectCount
    for (let index = 0; index < this.#capacity; index++) if (this.#isWhite(index)) this.#release(index, true)
    return before - this.#objectCount
  }

  #isWhite(index: number): boolean {
    return this.#marker.colorOf(index) === WHITE && this.#heads[index] >= NONE
  }

  /** Gives an index and its links back. O(its references). @param sweeping every white object goes with it */
  #release(index: number, sweeping: boolean): void {
    const cells = this.#links.cells
    const inDegrees = this.#inDegrees
    const marker = this.#marker
    const first = this.#heads[index]
    let last = NONE
    for (let link = first; link !== NONE; link = cells[2 * link + 1]) {
      const target = cells[2 * link]
      // In a sweep a white target goes too: nobody will read its in-degree, which would be a cache miss to change.
      if (!sweeping || marker.colorOf(target) !== WHITE) inDegrees[target]--
      this.#referenceCount--
      last = link
    }
    if (last !== NONE) this.#links.releaseList(first, last)
    this.#heads[index] = FREE - 1 - this.#firstFree
    this.#firstFree = index
    this.#objectCount--
  }

  #check(index: number): void {
    if (!(this.#heads[index] >= NONE)) throw new UsageError('no-such-object', 'no object has this index', { index })
  }

  #checkMarking(): void {
    if (!this.#marker.active) throw new UsageError('no-mark', 'no mark is under way')
  }

  #checkFinished(): void {
    this.#checkMarking()
    if (!this.#marker.finished) throw new UsageError('mark-not-finished', 'something is still grey')
  }

  #reserveObjects(more: number): void {
    const needed = this.#capacity + more
    if (needed > MAX_OBJECTS) throw new LimitError('too-many-objects', 'the graph is full', { limit: MAX_OBJECTS })
    const old = this.#heads.length
    if (needed <= old) return
    const capacity = Math.min(grownCapacity(Math.max(old, 8), needed), MAX_OBJECTS)
    const heads = new Int32Array(capacity)
    heads.set(this.#heads)
    heads.fill(FREE, old)
    const inDegrees = new Int32Array(capacity)
    inDegrees.set(this.#inDegrees)
    this.#roots.grow(capacity)
    this.#marker.grow(capacity)
    this.#heads = heads
    this.#inDegrees = inDegrees
  }

  /** This graph as data, without the mark that may be under way. O(1): of views. */
  image(): DenseGraphImage {
    return {
      heads: this.#heads.subarray(0, this.#capacity),
      inDegrees: this.#inDegrees.subarray(0, this.#capacity),
      roots: this.#roots.image(),
      links: this.#links.image(),
      firstFree: this.#firstFree,
      objectCount: this.#objectCount,
      referenceCount: this.#referenceCount,
    }
  }

  /** Becomes the graph that an image is of. Only for an empty one. */
  restore(image: DenseGraphImage): void {
    this.#reserveObjects(image.heads.length)
    this.#heads.set(image.heads)
    this.#inDegrees.set(image.inDegrees)
    this.#roots.restore(image.roots)
    this.#roots.grow(this.#heads.length)
    this.#links.restore(image.links)
    this.#firstFree = image.firstFree
    this.#capacity = image.heads.length
    this.#objectCount = image.objectCount
    this.#referenceCount = image.referenceCount
  }
}
