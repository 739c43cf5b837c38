/**
 * An object heap whose objects outlive the process: what they are, as bytes that the program gives, whom they refer to, and under which
 * names the program keeps some of them. Pins are the program's own and end with it.
 */
import { type ImportId, type ObjectKey, UsageError } from '@holdfast/core'
import { type Handle, ObjectHeap, type ObjectHeapImage } from '@holdfast/heap/object-heap'
import { OP, type Op } from './entry-format.js'
import { writeIntegers } from './event-codec.js'
import type { Recorder } from './recorder.js'

/** Of a `DurableHeap`, see `image`. */
export interface DurableHeapImage extends ObjectHeapImage {
  readonly roots: ReadonlyMap<string, Handle>
}

type OutsideRoots = Parameters<ObjectHeap['finishCollection']>[0]
type OutsideHolds = Parameters<ObjectHeap['reclaim']>[1]

export class DurableHeap extends ObjectHeap {
  readonly #recorder: Recorder
  readonly #roots = new Map<string, Handle>()
  #isCollecting = false

  constructor(recorder: Recorder) {
    super()
    this.#recorder = recorder
  }

  /** Whether a collection in slices is under way. */
  get isCollecting(): boolean {
    return this.#isCollecting
  }

  /**
   * A new object, pinned once: name it (`setRoot`), refer to it or give it away before the pin goes. O(1).
   * @param body its bytes, the heap's own from now on; none when left out
   * @throws UsageError `not-bytes`
   */
  override create(body?: unknown): Handle {
    if (body !== undefined && !(body instanceof Uint8Array)) throw notBytes()
    const handle = super.create(body)
    const writer = this.#recorder.writer()
    if (body === undefined) writer?.byte(OP.create)
    else {
      writer?.byte(OP.createWith)
      writer?.bytes(body)
    }
    return handle
  }

  /** The bytes of an object; undefined for one that has none. @throws UsageError `stale-handle` */
  bodyOf(handle: Handle): Uint8Array | undefined {
    return this.valueOf(handle) as Uint8Array | undefined
  }

  /** Other bytes for an object, an import too. They are the heap's own from now on. @throws UsageError `stale-handle` */
  setBody(handle: Handle, body: Uint8Array): void {
    super.setValue(handle, body)
    const writer = this.#note(OP.setBody, handle)
    writer?.bytes(body)
  }

  /** @throws UsageError `not-bytes`, `stale-handle` */
  override setValue(handle: Handle, value: unknown): void {
    if (!(value instanceof Uint8Array)) throw notBytes()
    this.setBody(handle, value)
  }

  /** What the program keeps under a name. O(1). */
  root(name: string): Handle | undefined {
    return this.#roots.get(name)
  }

  /** The names in use. */
  get rootNames(): readonly string[] {
    return [...this.#roots.keys()]
  }

  /**
   * Keeps an object, or import, under a name, in the place of what was there: found again after a restart, and pinned until then. O(1).
   * @throws UsageError `stale-handle`, `out-of-reach`
   */
  setRoot(name: string, handle: Handle): void {
    this.#recorder.quietly(() => {
      this.pin(handle)
      const before = this.#roots.get(name)
      if (before !== undefined) this.unpin(before)
    })
    this.#roots.set(name, handle)
    this.#note(OP.setRoot, handle)?.string(name)
  }

  /** Keeps nothing under a name any more. @returns whether there was something */
  clearRoot(name: string): boolean {
    const handle = this.#roots.get(name)
    if (handle === undefined) return false
    this.#roots.delete(name)
    this.#recorder.quietly(() => this.unpin(handle))
    const writer = this.#recorder.writer()
    writer?.byte(OP.clearRoot)
    writer?.string(name)
    return true
  }

  /** The program that pinned things is gone: only names keep anything. O(slots). */
  forgetPins(): void {
    const named = new Map<Handle, number>()
    for (const handle of this.#roots.values()) named.set(handle, (named.get(handle) ?? 0) + 1)
    for (const handle of this.handles()) {
      const count = this.pinCount(handle) - (named.get(handle) ?? 0)
      for (let pin = 0; pin < count; pin++) this.unpin(handle)
    }
  }

  override importHandle(id: ImportId): Handle {
    const handle = this.#recorder.quietly(() => super.importHandle(id))
    this.#note(OP.importHandle, id)
    return handle
  }

  override pin(handle: Handle): void {
    super.pin(handle)
    this.#note(OP.pin, handle)
  }

  override unpin(handle: Handle): void {
    super.unpin(handle)
    this.#note(OP.unpin, handle)
  }

  override arrive(handle: Handle): Handle {
    super.arrive(handle)
    this.#note(OP.arrive, handle)
    return handle
  }

  override addReference(from: Handle, to: Handle): void {
    super.addReference(from, to)
    this.#note(OP.addReference, from)?.integer(to)
  }

  override removeReference(from: Handle, to: Handle): void {
    super.removeReference(from, to)
    this.#note(OP.removeReference, from)?.integer(to)
  }

  override reclaim(candidates: Iterable<ObjectKey>, outside: OutsideHolds): ReturnType<ObjectHeap['reclaim']> {
    const keys = [...candidates]
    const reclaimed = super.reclaim(keys, outside)
    const writer = this.#recorder.writer()
    writer?.byte(OP.reclaim)
    if (writer !== null) writeIntegers(writer, keys)
    return reclaimed
  }

  override beginCollection(): void {
    super.beginCollection()
    this.#isCollecting = true
    this.#recorder.writer()?.byte(OP.beginCollection)
  }

  override stepCollection(budget: number): boolean {
    const isMarked = super.stepCollection(budget)
    this.#note(OP.stepCollection, budget)
    return isMarked
  }

  override finishCollection(outside: OutsideRoots): ReturnType<ObjectHeap['finishCollection']> {
    const collected = super.finishCollection(outside)
    this.#isCollecting = false
    this.#recorder.writer()?.byte(OP.finishCollection)
    return collected
  }

  override trace(pinned: Iterable<ImportId>): ReturnType<ObjectHeap['trace']> {
    const trace = super.trace(pinned)
    // A collection that was under way is given up.
    this.#isCollecting = false
    this.#recorder.writer()?.byte(OP.trace)
    return trace
  }

  override breakImport(id: ImportId): Handle | undefined {
    const handle = super.breakImport(id)
    if (handle !== undefined) this.#note(OP.breakImport, id)
    return handle
  }

  override image(): DurableHeapImage {
    return { ...super.image(), roots: this.#roots }
  }

  override restore(image: DurableHeapImage): void {
    super.restore(image)
    for (const [name, handle] of image.roots) this.#roots.set(name, handle)
  }

  #note(op: Op, operand: number): ReturnType<Recorder['writer']> {
    const writer = this.#recorder.writer()
    writer?.byte(op)
    writer?.integer(operand)
    return writer
  }
}

function notBytes(): UsageError {
  return new UsageError('not-bytes', 'the body of a durable object is bytes: a Uint8Array, or nothing')
}
