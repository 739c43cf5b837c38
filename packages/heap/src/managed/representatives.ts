/**
 * The living representatives of a heap: a WeakRef and a pin for each. A pin goes when V8 has collected the
 * representative, which is seen in one of two ways: `settle` looks at all of them, right after a major collection;
 * finalizers tell of single ones, late.
 */
import type { ObjectHeap } from '../object-heap/index.js'
import { Backlog } from './backlog.js'
import { Entry } from './entry.js'

/** V8 runs all finalizers of a registry in one task: with more registries the tasks are shorter. */
const REGISTRIES = 16

export interface RepresentativeDriver {
  readonly heap: ObjectHeap
  readonly defer: (slice: () => void) => void
  /** An object has lost the pin of its representative. */
  readonly onUnpinned: (entry: Entry) => void
  /** Whether an ordinary object is no longer to be held strongly. */
  readonly isIdle: (entry: Entry) => boolean
}

export class Representatives {
  readonly #driver: RepresentativeDriver
  readonly #pinned: Entry[] = []
  readonly #registries: FinalizationRegistry<number>[] = []
  #next = 0

  constructor(driver: RepresentativeDriver) {
    const { heap, defer } = driver
    this.#driver = driver
    const late = new Backlog<number>(defer, (handles) => {
      for (const handle of handles) {
        const entry = heap.resolves(handle as Entry['handle']) ? heap.valueOf(handle as Entry['handle']) : undefined
        if (entry instanceof Entry) this.review(entry)
      }
    })
    for (let index = 0; index < REGISTRIES; index++) {
      this.#registries.push(new FinalizationRegistry((handle) => late.push(handle)))
    }
  }

  get size(): number {
    return this.#pinned.length
  }

  /** Those that have a pin. */
  [Symbol.iterator](): Iterator<Entry> {
    return this.#pinned.values()
  }

  /** Makes an object the representative of an entry that has the pin for it. O(1). */
  set(entry: Entry, object: object): void {
    entry.ref = this.#watch(entry, object)
    if (entry.place < 0) entry.place = this.#pinned.push(entry) - 1
  }

  /** The same for an ordinary object, which its entry keeps: to be told of its end is of use only later, and costs 100 bytes. O(1). */
  keep(entry: Entry, object: object): void {
    entry.state = object
    entry.ref = entry
    entry.place = this.#pinned.push(entry) - 1
  }

  /** What stands for an entry, by a reference that does not keep it; null while it is hidden. O(1). */
  weakRefOf(entry: Entry): Entry['ref'] {
    if (entry.ref === entry) entry.ref = this.#watch(entry, entry.state as object)
    return entry.ref
  }

  /** Takes the pins of the dead. @returns how many there were. O(representatives), 0.1 µs each */
  settle(): number {
    let dead = 0
    for (let index = this.#pinned.length - 1; index >= 0; index--) if (this.review(this.#pinned[index])) dead++
    return dead
  }

  /**
   * Takes the pin if the representative is dead; of an ordinary object that nobody holds, only the strong hold at
   * first. A finalizer alone would not do to tell: a later representative may live by the time it runs.
   * @returns whether it was dead. O(1)
   */
  review(entry: Entry): boolean {
    if (entry.place < 0) return false
    if (entry.kind === 'ordinary' && entry.state !== null) {
      if (this.#driver.isIdle(entry)) {
        this.weakRefOf(entry)
        entry.state = null
      }
      return false
    }
    // Hidden for a probe, which keeps it alive.
    if (entry.ref === null || entry.ref.deref() !== undefined) return false
    this.letGo(entry)
    return true
  }

  /** Takes the pin of an entry that has one: nothing stands for it from now on. O(1). */
  letGo(entry: Entry): void {
    entry.ref = null
    this.unpin(entry)
  }

  /** Gives an entry back what stood for it, and the pin; no pin when V8 has collected it since. O(1), or O(what is revived). */
  restore(entry: Entry, ref: NonNullable<Entry['ref']>): void {
    entry.ref = ref
    if (entry.place >= 0 || ref.deref() === undefined) return
    this.#driver.heap.arrive(entry.handle)
    entry.place = this.#pinned.push(entry) - 1
  }

  /** Takes the pin of an entry that has one. O(1). */
  unpin(entry: Entry): void {
    const last = this.#pinned.pop() as Entry
    if (last !== entry) {
      last.place = entry.place
      this.#pinned[last.place] = last
    }
    entry.place = -1
    this.#driver.heap.unpin(entry.handle)
    this.#driver.onUnpinned(entry)
  }

  #watch({ handle }: Entry, object: object): WeakRef<object> {
    this.#registries[this.#next++ % REGISTRIES].register(object, handle)
    return new WeakRef(object)
  }
}
