/**
 * A heap whose program says by handle which object refers to which: for kernels, virtual machines, actor systems and
 * simulations that keep their own objects. It marks (tri-color, in slices if asked, behind a write barrier) and sweeps
 * by itself, and answers the questions of the cross-node collector as a `LocalTracer`.
 *
 * Invariants
 * - An object lives while a pin, an export or an import's gift reaches it; `collect` frees the rest, cycles included.
 * - An import is an object too, standing for one of another node's; it refers to nothing.
 * - A handle never resolves to another object than the one it was made for.
 * - What a trace found unreachable cannot be pinned or referred to by the program: nothing comes back from the dead.
 *   Only a message of the protocol can revive it (`arrive`).
 *
 * Driver contract: a handle that is handed out is pinned once; unpin it when ordinary code has let go of it. Call
 * `collect` with the exported objects and the pinned imports of the collector, then drop what it returns.
 *
 * About 25 bytes an object and 8 a reference, values and imports apart.
 */
import { type ImportId, type ObjectKey, UsageError } from '@holdfast/core'
import { DenseGraph, type DenseGraphImage, NONE, WHITE } from '@holdfast/graph'
import type { LocalTrace, LocalTracer } from '@holdfast/tracing'
import type { Collected, OutsideHolds, OutsideRoots, Reclaimed } from './collected.js'
import { generationOf, type Handle, handleOf, MAX_GENERATION, slotOf } from './handle.js'
import { HeapTrace } from './heap-trace.js'
import { ImportSlots, type ImportSlotsImage } from './import-slots.js'

/** Told of an object, import or not, that is freed. */
export type FreedListener = (handle: Handle, value: unknown) => void

/** Of an `ObjectHeap`, see `image`. */
export interface ObjectHeapImage {
  readonly graph: DenseGraphImage
  readonly generation: Uint32Array
  readonly import: Int32Array
  readonly outOfReach: Uint8Array
  readonly imports: ImportSlotsImage
  readonly values: readonly unknown[]
  readonly retired: number
  readonly losses: number
}

const LOCAL = -1
/** What stood for an import that broke: it is nobody's object. */
const BROKEN = -2
const MIN_SLOTS = 64

export class ObjectHeap implements LocalTracer {
  readonly #graph = new DenseGraph()
  /** Which use of the slot is current, or comes next. */
  #generation: Uint32Array = new Uint32Array(MIN_SLOTS)
  /** The import that a slot stands for, LOCAL or BROKEN. */
  #import: Int32Array = new Int32Array(MIN_SLOTS)
  /** 1 where the last trace found the object out of the program's reach. */
  #outOfReach: Uint8Array = new Uint8Array(MIN_SLOTS)
  /** Which slot stands for an import: the other direction. */
  readonly #imports = new ImportSlots()
  /** The program's own data by slot, for those objects that have some. */
  readonly #values: unknown[] = []
  #onFreed: FreedListener | null = null
  #retired = 0
  #losses = 0

  /** Objects of this node; imports are not counted. */
  get objectCount(): number {
    return this.#graph.objectCount - this.#imports.size - this.#retired
  }

  get importCount(): number {
    return this.#imports.size
  }

  /** References between objects and to imports; parallel ones count each. */
  get referenceCount(): number {
    return this.#graph.referenceCount
  }

  /** How many pins, references and imports were let go of so far: while it stays, nothing becomes garbage by the program's doing. */
  get losses(): number {
    return this.#losses
  }

  /** Bytes of the heap's own arrays; values come on top. */
  get memoryBytes(): number {
    const slots = this.#generation.byteLength + this.#import.byteLength + this.#outOfReach.byteLength
    return slots + this.#imports.memoryBytes + this.#graph.memoryBytes
  }

  /** A new object, pinned once. O(1). @param value anything of the program's to keep while the object lives */
  create(value?: unknown): Handle {
    const slot = this.#allocate(LOCAL)
    if (value !== undefined) this.#values[slot] = value
    return handleOf(slot, this.#generation[slot])
  }

  /** The object that stands for an import, made if it is new, pinned once more. O(1). */
  importHandle(id: ImportId): Handle {
    const known = this.#imports.slotOf(id)
    if (known !== NONE) return this.arrive(handleOf(known, this.#generation[known]))
    const slot = this.#allocate(id)
    this.#imports.set(id, slot)
    return handleOf(slot, this.#generation[slot])
  }

  /** The handle that stands for an import, or undefined; not pinned. O(1). */
  handleOfImport(id: ImportId): Handle | undefined {
    const slot = this.#imports.slotOf(id)
    return slot === NONE ? undefined : handleOf(slot, this.#generation[slot])
  }

  /** Whether the object is still there. O(1). */
  resolves(handle: Handle): boolean {
    const slot = slotOf(handle)
    return this.#graph.isAllocated(slot) && this.#generation[slot] === generationOf(handle)
  }

  /** Whether the object is still there and the last trace did not find it out of the program's reach. O(1). */
  isReachable(handle: Handle): boolean {
    return this.resolves(handle) && this.#outOfReach[slotOf(handle)] === 0
  }

  /** Whether another object, or it itself, refers to an object. O(1). @throws UsageError `stale-handle` */
  isReferredTo(handle: Handle): boolean {
    return this.#graph.inDegree(this.#slot(handle)) > 0
  }

  /** The program's value of an object. @throws UsageError `stale-handle` */
  valueOf(handle: Handle): unknown {
    return this.#values[this.#slot(handle)]
  }

  /** Keeps a value with an object from now on, an import's too. @throws UsageError `stale-handle` */
  setValue(handle: Handle, value: unknown): void {
    this.#values[this.#slot(handle)] = value
  }

  /** One listener, told of each object that is freed, while that happens: it must not touch the heap. */
  watchFreed(listener: FreedListener): void {
    this.#onFreed = listener
  }

  /** The handles of all objects, imports too. O(slots). */
  *handles(): Generator<Handle> {
    for (let slot = 0; slot < this.#graph.capacity; slot++) {
      // What is used up counts as allocated for ever.
      const isThere = this.#graph.isAllocated(slot) && this.#generation[slot] <= MAX_GENERATION
      if (isThere) yield handleOf(slot, this.#generation[slot])
    }
  }

  /** The import that a handle stands for; undefined for an object of this node. @throws UsageError `stale-handle` */
  importOf(handle: Handle): ImportId | undefined {
    const id = this.#import[this.#slot(handle)]
    return id < 0 ? undefined : (id as ImportId)
  }

  /** Whether a handle stood for an import that is gone: no object of this node, and not to be passed on. @throws UsageError `stale-handle` */
  isBroken(handle: Handle): boolean {
    return this.#import[this.#slot(handle)] === BROKEN
  }

  /** Makes an object a root once more. O(1). @throws UsageError `stale-handle`, `out-of-reach` */
  pin(handle: Handle): void {
    this.#graph.addRoot(this.#reachable(handle))
  }

  /** Makes an object a root once less. O(1). @throws UsageError `stale-handle`, `not-a-root` */
  unpin(handle: Handle): void {
    this.#graph.removeRoot(this.#slot(handle))
    this.#losses++
  }

  /** How many times an object is pinned. O(1). @throws UsageError `stale-handle` */
  pinCount(handle: Handle): number {
    return this.#graph.rootCount(this.#slot(handle))
  }

  /**
   * A message of the protocol brings an object back into the program's reach: pins it once and revives what it refers
   * to. O(1), or O(what is revived).
   * @throws UsageError `stale-handle`
   */
  arrive(handle: Handle): Handle {
    const slot = this.#slot(handle)
    this.#graph.addRoot(slot)
    this.#revive(slot)
    return handle
  }

  /** Lets one object refer to another. Parallel references count. O(1). @throws UsageError `stale-handle`, `out-of-reach`, `import-refers` */
  addReference(from: Handle, to: Handle): void {
    const source = this.#reachable(from)
    if (this.#import[source] !== LOCAL) {
      throw new UsageError('import-refers', 'an import stands for an object elsewhere and refers to nothing here', {
        from,
      })
    }
    this.#graph.addReference(source, this.#reachable(to))
  }

  /** Removes one of the parallel references. O(references of `from`). @throws UsageError `stale-handle`, `no-such-reference` */
  removeReference(from: Handle, to: Handle): void {
    if (!this.#graph.removeReference(this.#slot(from), this.#slot(to))) {
      throw new UsageError('no-such-reference', 'there is no such reference to remove', { from, to })
    }
    this.#losses++
  }

  /** What an object refers to, parallel references each. O(them). @throws UsageError `stale-handle` */
  referencesOf(handle: Handle): Handle[] {
    const handles: Handle[] = []
    for (let link = this.#graph.firstLink(this.#slot(handle)); link !== NONE; link = this.#graph.nextLink(link)) {
      const slot = this.#graph.linkTarget(link)
      handles.push(handleOf(slot, this.#generation[slot]))
    }
    return handles
  }

  /** Makes room for that many more objects and references. */
  reserve(objects: number, references: number): void {
    this.#graph.reserve(objects, references)
  }

  /**
   * Reference counting inside the heap: frees those of the candidates that nothing keeps, and then whatever only they
   * referred to. Cycles are left to `collect`. O(what is freed), however large the heap is.
   * @param candidates objects that have just lost something that kept them
   */
  reclaim(candidates: Iterable<ObjectKey>, outside: OutsideHolds): Reclaimed {
    const unreachableImports: ImportId[] = []
    const stack: number[] = []
    let freed = 0
    let mayBeCyclic = false
    for (const key of candidates) if (this.resolves(key)) stack.push(slotOf(key))
    for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
      if (!this.#graph.isAllocated(slot) || this.#graph.rootCount(slot) > 0 || this.#isHeldOutside(slot, outside))
        continue
      if (this.#graph.inDegree(slot) > 0) {
        mayBeCyclic = true
        continue
      }
      for (let link = this.#graph.firstLink(slot); link !== NONE; link = this.#graph.nextLink(link)) {
        stack.push(this.#graph.linkTarget(link))
      }
      this.#forget(slot, unreachableImports)
      this.#graph.free(slot)
      freed++
    }
    return { freed: freed - unreachableImports.length, unreachableImports, mayBeCyclic }
  }

  /** Frees all that nothing keeps. O(objects and references), in one go. */
  collect(outside: OutsideRoots): Collected {
    this.beginCollection()
    return this.finishCollection(outside)
  }

  /** Begins a collection in slices; one under way begins anew. O(objects), a few ns each. */
  beginCollection(): void {
    this.#graph.beginMark()
  }

  /**
   * A slice of a collection: visits at most `budget` objects and references.
   * @returns whether the pins' reach is marked: time to finish
   * @throws UsageError `no-mark`
   */
  stepCollection(budget: number): boolean {
    return this.#graph.markStep(budget)
  }

  /**
   * Ends a collection in one turn: marks from what is exported now (an object exported meanwhile may have lost all its
   * references), then sweeps. O(what those reach alone + objects).
   * @throws UsageError `no-mark`
   */
  finishCollection(outside: OutsideRoots): Collected {
    for (const key of outside.exported) this.#graph.shade(this.#slot(key))
    this.#shadeImports(outside.pinnedImports)
    this.#markAll()
    const unreachableImports: ImportId[] = []
    const swept = this.#graph.sweepWhite((slot) => this.#forget(slot, unreachableImports))
    this.#graph.endMark()
    return { freed: swept - unreachableImports.length, unreachableImports }
  }

  /** @inheritdoc A collection in slices that is under way is given up. */
  trace(pinned: Iterable<ImportId>): LocalTrace {
    this.#graph.beginMark()
    this.#shadeImports(pinned)
    this.#markAll()
    for (let slot = 0; slot < this.#graph.capacity; slot++) {
      this.#outOfReach[slot] = this.#graph.colorOf(slot) === WHITE ? 1 : 0
    }
    return new HeapTrace({
      graph: this.#graph,
      slotOfObject: (key) => this.#slot(key),
      handleOfSlot: (slot) => handleOf(slot, this.#generation[slot]),
      slotOfImport: (id) => this.#imports.slotOf(id),
    })
  }

  /** The import is gone: what stood for it refers to nothing that works. The handle stays until nothing refers to it. */
  breakImport(id: ImportId): Handle | undefined {
    const slot = this.#imports.slotOf(id)
    if (slot === NONE) return undefined
    this.#imports.delete(id)
    this.#import[slot] = BROKEN
    this.#losses++
    return handleOf(slot, this.#generation[slot])
  }

  #allocate(importId: ImportId | typeof LOCAL): number {
    const slot = this.#freshSlot()
    this.#import[slot] = importId
    this.#outOfReach[slot] = 0
    this.#graph.addRoot(slot)
    return slot
  }

  #freshSlot(): number {
    for (;;) {
      const slot = this.#graph.allocate()
      if (slot >= this.#generation.length) this.#grow()
      if (this.#generation[slot] <= MAX_GENERATION) return slot
      // Used up: kept for ever, so that the graph hands it out no more.
      this.#graph.addRoot(slot)
      this.#retired++
    }
  }

  #slot(handle: Handle): number {
    if (!this.resolves(handle)) {
      throw new UsageError('stale-handle', 'no object of this heap has this handle any more', { handle })
    }
    return slotOf(handle)
  }

  #reachable(handle: Handle): number {
    const slot = this.#slot(handle)
    if (this.#outOfReach[slot] === 1) {
      throw new UsageError('out-of-reach', 'the last trace found that the program cannot reach this object', { handle })
    }
    return slot
  }

  #revive(slot: number): void {
    if (this.#outOfReach[slot] === 0) return
    const graph = this.#graph
    const stack = [slot]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (this.#outOfReach[next] === 0) continue
      this.#outOfReach[next] = 0
      for (let link = graph.firstLink(next); link !== NONE; link = graph.nextLink(link))
        stack.push(graph.linkTarget(link))
    }
  }

  #isHeldOutside(slot: number, outside: OutsideHolds): boolean {
    const id = this.#import[slot]
    if (id >= 0) return outside.isPinned(id as ImportId)
    return outside.isExported(handleOf(slot, this.#generation[slot]))
  }

  #shadeImports(ids: Iterable<ImportId>): void {
    for (const id of ids) {
      const slot = this.#imports.slotOf(id)
      if (slot !== NONE) this.#graph.shade(slot)
    }
  }

  #markAll(): void {
    while (!this.#graph.markStep(Number.MAX_SAFE_INTEGER));
  }

  /** A slot is about to be swept. */
  #forget(slot: number, unreachableImports: ImportId[]): void {
    const id = this.#import[slot]
    if (this.#onFreed !== null) this.#onFreed(handleOf(slot, this.#generation[slot]), this.#values[slot])
    if (id >= 0) {
      unreachableImports.push(id as ImportId)
      this.#imports.delete(id as ImportId)
      this.#import[slot] = LOCAL
    }
    if (slot < this.#values.length) this.#values[slot] = undefined
    this.#generation[slot]++
  }

  #grow(): void {
    const length = this.#generation.length * 2
    const generation = new Uint32Array(length)
    const imports = new Int32Array(length)
    const outOfReach = new Uint8Array(length)
    generation.set(this.#generation)
    imports.set(this.#import)
    outOfReach.set(this.#outOfReach)
    this.#generation = generation
    this.#import = imports
    this.#outOfReach = outOfReach
  }

  /** This heap as data, values included; not in the middle of a collection. O(values): the rest are views. */
  image(): ObjectHeapImage {
    return {
      graph: this.#graph.image(),
      generation: this.#generation,
      import: this.#import,
      outOfReach: this.#outOfReach,
      imports: this.#imports.image(),
      values: this.#values,
      retired: this.#retired,
      losses: this.#losses,
    }
  }

  /** Becomes the heap that an image is of. Only for an empty one. */
  restore(image: ObjectHeapImage): void {
    this.#graph.restore(image.graph)
    this.#generation = image.generation.slice()
    this.#import = image.import.slice()
    this.#outOfReach = image.outOfReach.slice()
    this.#imports.restore(image.imports)
    for (const value of image.values) this.#values.push(value)
    this.#retired = image.retired
    this.#losses = image.losses
  }
}
