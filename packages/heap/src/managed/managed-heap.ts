/**
 * A layer over an `ObjectHeap` for ordinary-looking objects. Every object has a handle and, in the heap, an entry with
 * its state; what ordinary code holds is a representative: an instance of its class, what the node made for an import,
 * or the ordinary object itself.
 *
 * Invariants
 * - An object has at most one living representative: same object, same representative.
 * - While a representative lives, the handle is pinned once for it; the pin goes after V8 has collected the
 *   representative. So what ordinary code holds is a root, and what only fields hold is traced. After an exact trace, what no
 *   code can get at has no pin either, until it is touched.
 * - For each reference in a field there is one reference in the heap.
 * - An ordinary object is kept strongly while others hold it or a field refers to it.
 *
 * The managed heap is the one that `watchFreed` of the object heap tells.
 *
 * Driver contract: right after a major GC, in a macrotask of its own, `settle`, then collect or trace. Representatives
 * that a job has made or looked at live to its end.
 */
import { type ImportId, UsageError } from '@holdfast/core'
import type { LocalTrace, LocalTracer } from '@holdfast/tracing'
import type { Handle, ObjectHeap } from '../object-heap/index.js'
import { Entry } from './entry.js'
import type { ExactProbe, Unreachable } from './exactness.js'
import { fieldReferences } from './field-paths.js'
import { FreedWatch } from './freed-watch.js'
import { ObjectStore } from './object-store.js'
import type { FieldReference, ManagedDescription, ManagedHeapOptions, ManagedSizes } from './options.js'
import { classNameOf } from './refusal.js'
import type { ManagedWeakMap } from './weak-map.js'

export class ManagedHeap implements LocalTracer {
  readonly #heap: ObjectHeap
  readonly #store: ObjectStore
  readonly #freed: FreedWatch

  constructor(options: ManagedHeapOptions) {
    this.#heap = options.heap
    this.#store = new ObjectStore(options)
    this.#freed = new FreedWatch(this.#store, options.defer)
  }

  get sizes(): ManagedSizes {
    const { managed, ordinary, remote } = this.#store.counts
    return { managed, ordinary, remotes: remote, representatives: this.#store.representatives.size }
  }

  /**
   * The handle of an object or function that travels by reference: a new instance of a managed class is adopted; a
   * representative gives what it stands for; anything else is an ordinary object, a root and kept strongly while others
   * hold it. O(1), or O(what is adopted).
   * @throws UsageError `untraceable-field`, `foreign-object`, `disposed`; LimitError; nothing changed
   */
  referTo(object: object): Handle {
    return this.#store.enter(object).handle
  }

  /** The handle of an object that has one, without adopting or keeping anything. O(1). */
  handleOf(object: object): Handle | undefined {
    return this.#store.known(object)?.handle
  }

  /**
   * What stands for a handle in ordinary code: the one that lives or a new one, and the handle pinned for it. O(1).
   * @throws UsageError `stale-handle`, `out-of-reach`, `no-representative` for a handle that is neither an import's nor
   * from `referTo`
   */
  representativeOf(handle: Handle): object {
    const entry = this.#store.entryAt(handle)
    if (entry === undefined) throw new UsageError('no-representative', 'nothing stands for this object', { handle })
    return this.#store.represent(entry)
  }

  /**
   * The representative that lives, without making one; undefined if none does. One that an exact trace found is handed out only if the last trace
   * of the heap has not found it out of reach: bringing it back from there takes `representativeOf`, and a message. O(1).
   */
  livingRepresentative(handle: Handle): object | undefined {
    const entry = this.#heap.resolves(handle) ? this.#heap.valueOf(handle) : undefined
    if (!(entry instanceof Entry)) return undefined
    if (this.#heap.isReachable(handle) || this.#heap.isBroken(handle)) this.#store.exactness.touch(entry)
    return entry.ref?.deref()
  }

  /**
   * Code is done with what stands for an import, before V8 finds out: the pin goes now, and a field that refers to the
   * import makes another when it is read. O(1).
   * @returns whether it stood for an import; after this it does not, and is refused wherever a reference is wanted
   * (`disposed`)
   */
  letGo(representative: object): boolean {
    return this.#store.letGo(representative)
  }

  /** The handles of all that has one, imports too; hidden parts of collections left out. O(objects). */
  *handles(): Generator<Handle> {
    for (const handle of this.#heap.handles()) {
      if (this.#heap.valueOf(handle) instanceof Entry || this.#store.standsElsewhere(handle)) yield handle
    }
  }

  /** For explanations and graphs. O(1). @throws UsageError `stale-handle` */
  describe(handle: Handle): ManagedDescription {
    const entry = this.#heap.valueOf(handle)
    if (!(entry instanceof Entry)) {
      const kind = this.#store.standsElsewhere(handle) ? 'remote' : 'ordinary'
      return { kind, className: '', hasRepresentative: false }
    }
    const { kind, layout } = entry
    const object = this.#store.livingOf(entry)
    const hasRepresentative = object !== undefined && (kind === 'ordinary' || entry.place >= 0)
    // Never asks what stands for an import: it might answer with a call.
    if (kind !== 'ordinary' || object === undefined)
      return { kind, className: layout?.className ?? '', hasRepresentative }
    return { kind, className: classNameOf(Object.getPrototypeOf(object) as object | null), hasRepresentative }
  }

  /**
   * References from fields, with the path by which code would reach them: `owner`, `members['al']`, `list[3]`. A
   * collection in a field comes itself and with its members, what a weak map keeps for the object as `<weak map>`. To
   * be read before anything changes.
   * @throws UsageError `stale-handle`
   */
  *fieldsOf(handle: Handle): Iterable<FieldReference> {
    const entry = this.#heap.valueOf(handle)
    if (!(entry instanceof Entry)) return
    yield* fieldReferences(entry)
    for (const target of this.#freed.weaklyKeptFor(entry)) yield { path: '<weak map>', target: target.handle }
  }

  /**
   * Takes the pins of the representatives that V8 has collected, and lets go of ordinary objects that nobody holds.
   * O(representatives).
   * @returns how many were dead
   */
  settle(): number {
    return this.#store.representatives.settle()
  }

  /**
   * What to ask an exact tracer (`@holdfast/heap/exact`): which of these V8 reaches otherwise than through the holders, and which of them lead to
   * which. Tell `applyExact` in any case, or those that are asked about live for ever. O(representatives).
   */
  exactProbe(): ExactProbe {
    return this.#store.exactness.probe()
  }

  /** What keeps ordinary objects for others, for questions about single objects. O(representatives). */
  exactHolders(): object[] {
    return this.#store.exactness.holders()
  }

  /**
   * From now on those that V8 does not reach have no pin for their representatives: they live as long as others hold them, or refer to them, or
   * one of them that lives leads to them. So cycles through ordinary objects and functions can be found. Whatever is touched is
   * a root again, with all that it leads to: looked up by object or handle, materialised, written to.
   *
   * Call it in the same macrotask in which V8 was asked. A WeakRef of the program's own gets at objects unseen: if it is used for what nothing
   * else refers to any more, what that leads to may be broken.
   * @param unreachable of each the others that it leads to; empty when the tracer failed
   * @returns how many they are
   * @throws UsageError `void-probe` when there was another probe since; LimitError; nothing changed
   */
  applyExact(probe: ExactProbe, unreachable: Unreachable): number {
    return this.#store.exactness.apply(probe, unreachable)
  }

  /** Code uses what stands for a handle, which an exact trace may have found. O(1). */
  touch(handle: Handle): void {
    const entry = this.#heap.resolves(handle) ? this.#heap.valueOf(handle) : undefined
    if (entry instanceof Entry) this.#store.exactness.touch(entry)
  }

  /** @inheritdoc */
  trace(pinned: Iterable<ImportId>): LocalTrace {
    return this.#heap.trace(pinned)
  }

  /** No other node holds these objects any more. O(them). */
  unexported(handles: readonly Handle[]): void {
    for (const handle of handles) {
      const entry = this.#heap.resolves(handle) ? this.#heap.valueOf(handle) : undefined
      if (entry instanceof Entry && entry.kind === 'ordinary') this.#store.representatives.review(entry)
    }
  }

  /**
   * Calls back in a macrotask after the heap has freed an object or import. What is freed first is told of first; of
   * one object, in order.
   * @returns cancels it
   * @throws UsageError `stale-handle`
   */
  onFreed(handle: Handle, callback: () => void): () => void {
    return this.#freed.watch(handle, callback)
  }

  /**
   * Whether it can be materialised without a message of the protocol: there, and not found out of reach by the last
   * trace. O(1).
   */
  isReachable(handle: Handle): boolean {
    return this.#heap.isReachable(handle)
  }

  /** A map of which an entry goes when its key is freed. */
  weakMap<K extends object, V>(): ManagedWeakMap<K, V> {
    return this.#freed.weakMap()
  }
}
