/**
 * The reference graph for millions of objects: a table of keys over a `DenseGraph`.
 *
 * Invariant: as long as every object's key was the index that it got (whoever counts its objects 0, 1, 2, … gets that), there is no
 * table, and a key is looked up by itself. From the first other key on, `#keys[i]` is the key of dense index `i`
 * when `i` is allocated, and the table maps that key to `i`.
 * Counting, adding one and removing one of an object's references to another is O(1), O(1) and O(references of the
 * first).
 */
import { assert, grownCapacity, LimitError, type ObjectKey, SlotIndex, UsageError } from '@holdfast/core'
import { DenseGraph } from './dense-graph.js'
import { MAX_LINKS, NONE } from './link-store.js'
import { checkFinished, type Mark, type Markable, MarkTicket } from './mark.js'
import { WHITE } from './marker.js'
import { checkCount, objectKey, type ReferenceGraph } from './reference-graph.js'

export class CompactGraph implements ReferenceGraph {
  readonly #dense = new DenseGraph()
  /** Null while keys are their own indices. */
  #indices: SlotIndex | null = null
  #keys = new Float64Array(0)
  #currentMark: Mark | null = null
  readonly #markable: Markable = {
    isCurrent: (mark) => this.#currentMark === mark,
    isFinished: () => this.#dense.markFinished,
    step: (budget) => this.#dense.markStep(budget),
    isWhite: (key) => this.#dense.colorOf(this.#indexOf(key)) === WHITE,
    whites: () => this.#select((index) => this.#dense.colorOf(index) === WHITE),
    forEachWhite: (visit) => {
      for (let index = 0; index < this.#dense.capacity; index++)
        if (this.#dense.isAllocated(index) && this.#dense.colorOf(index) === WHITE) visit(this.#keyOf(index))
    },
    end: () => {
      this.#currentMark = null
      this.#dense.endMark()
    },
  }

  get objectCount(): number {
    return this.#dense.objectCount
  }

  get referenceCount(): number {
    return this.#dense.referenceCount
  }

  /** Bytes of the typed arrays, slack included, with those of the key table. */
  get memoryBytes(): number {
    return this.#dense.memoryBytes + this.keyTableBytes
  }

  /** Of these, what tells keys from indices and indices from keys: none while keys are their own indices, 14 to 21 bytes an object from then on. */
  get keyTableBytes(): number {
    return this.#keys.byteLength + (this.#indices?.memoryBytes ?? 0)
  }

  /**
   * Makes room for this many more objects and references, so that the graph is built without copying. @throws
   * LimitError
   */
  reserve(objects: number, references: number): void {
    this.#dense.reserve(objects, references)
    if (this.#indices !== null) this.#reserveKeys(this.#dense.capacity + objects)
  }

  addObject(key: ObjectKey): void {
    objectKey(key)
    if (this.hasObject(key)) throw new UsageError('object-exists', 'the object exists already', { key })
    const index = this.#dense.allocate()
    if (this.#indices === null && index === key) return
    this.#indices ??= this.#tabulate(index)
    this.#reserveKeys(index + 1)
    this.#keys[index] = key
    this.#indices.add(this.#keys, index)
  }

  hasObject(key: ObjectKey): boolean {
    return this.#find(key) !== NONE
  }

  removeObject(key: ObjectKey): void {
    const index = this.#indexOf(key)
    if (this.#dense.inDegree(index) > 0 || this.#dense.rootCount(index) > 0)
      throw new UsageError('object-in-use', 'the object is a root or referred to', { key })
    this.#dense.free(index)
    this.#indices?.delete(this.#keys, key)
  }

  /** Amortized O(count). @throws LimitError `too-many-references` */
  addReference(from: ObjectKey, to: ObjectKey, count = 1): void {
    const source = this.#indexOf(from)
    const target = this.#indexOf(to)
    checkCount(count)
    if (this.#dense.referenceCount + count > MAX_LINKS)
      throw new LimitError('too-many-references', 'the graph is full', { limit: MAX_LINKS, count })
    for (let added = 0; added < count; added++) this.#dense.addReference(source, target)
  }

  /** O(references of `from`) for each of the count. */
  removeReference(from: ObjectKey, to: ObjectKey, count = 1): void {
    const source = this.#indexOf(from)
    const target = this.#indexOf(to)
    checkCount(count)
    if (count > 1 && this.#dense.countReferences(source, target) < count) throw noSuchReference(from, to, count)
    for (let removed = 0; removed < count; removed++)
      if (!this.#dense.removeReference(source, target)) {
        assert(removed === 0, 'as many were removed as were counted', { from, to, removed })
        throw noSuchReference(from, to, count)
      }
  }

  countReferences(from: ObjectKey, to: ObjectKey): number {
    return this.#dense.countReferences(this.#indexOf(from), this.#indexOf(to))
  }

  references(from: ObjectKey): Iterable<readonly [to: ObjectKey, count: number]> {
    const counts = new Map<ObjectKey, number>()
    const dense = this.#dense
    for (let link = dense.firstLink(this.#indexOf(from)); link !== NONE; link = dense.nextLink(link)) {
      const to = this.#keyOf(dense.linkTarget(link))
      counts.set(to, (counts.get(to) ?? 0) + 1)
    }
    return counts
  }

  addRoot(key: ObjectKey): void {
    this.#dense.addRoot(this.#indexOf(key))
  }

  removeRoot(key: ObjectKey): void {
    this.#dense.removeRoot(this.#indexOf(key))
  }

  rootCount(key: ObjectKey): number {
    return this.#dense.rootCount(this.#indexOf(key))
  }

  objects(): Iterable<ObjectKey> {
    return this.#select(() => true)
  }

  roots(): Iterable<ObjectKey> {
    return this.#select((index) => this.#dense.rootCount(index) > 0)
  }

  mark(): Mark {
    this.#dense.beginMark()
    this.#currentMark = new MarkTicket(this.#markable)
    return this.#currentMark
  }

  sweep(mark: Mark): number {
    checkFinished(this.#markable, mark)
    const indices = this.#indices
    const swept = this.#dense.sweepWhite(
      indices === null ? undefined : (index) => void indices.delete(this.#keys, this.#keys[index]),
    )
    mark.end()
    return swept
  }

  /** @throws UsageError `no-such-object` */
  #indexOf(key: ObjectKey): number {
    const index = this.#find(key)
    if (index === NONE) throw new UsageError('no-such-object', 'no object has this key', { key })
    return index
  }

  #find(key: ObjectKey): number {
    if (this.#indices !== null) return this.#indices.find(this.#keys, key)
    return this.#dense.isAllocated(key) ? key : NONE
  }

  /** Makes the table when keys stop being indices. @param fresh an index whose object has no key yet. O(objects) */
  #tabulate(fresh: number): SlotIndex {
    const indices = new SlotIndex()
    this.#reserveKeys(this.#dense.capacity)
    for (let index = 0; index < this.#dense.capacity; index++) {
      if (index === fresh || !this.#dense.isAllocated(index)) continue
      this.#keys[index] = index
      indices.add(this.#keys, index)
    }
    return indices
  }

  #reserveKeys(needed: number): void {
    if (needed <= this.#keys.length) return
    const grown = new Float64Array(grownCapacity(Math.max(this.#keys.length, 8), needed))
    grown.set(this.#keys)
    this.#keys = grown
  }

  #keyOf(index: number): ObjectKey {
    return (this.#indices === null ? index : this.#keys[index]) as ObjectKey
  }

  *#select(matches: (index: number) => boolean): Generator<ObjectKey> {
    for (let index = 0; index < this.#dense.capacity; index++)
      if (this.#dense.isAllocated(index) && matches(index)) yield this.#keyOf(index)
  }
}

function noSuchReference(from: ObjectKey, to: ObjectKey, count: number): UsageError {
  return new UsageError('no-such-reference', 'there are fewer such references', { from, to, count })
}
