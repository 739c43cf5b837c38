/**
 * The entries of one managed heap and all that happens to them: what accessors, collections and adoptions ask for.
 * `ManagedHeap` is its face.
 */
import { UsageError } from '@holdfast/core'
import type { Handle, ObjectHeap } from '../object-heap/index.js'
import { type AccessorMaker, accessorsForHere } from './accessors.js'
import { type AdoptingHeap, Adoption } from './adoption.js'
import { Backlog } from './backlog.js'
import { Entry, type EntryHeap, type FieldState, type ManagedKind, type Site } from './entry.js'
import { Exactness } from './exactness.js'
import type { Layout } from './layout.js'
import { entryOf, isManaged, type Managed, setEntry } from './managed.js'
import { MEMBERS, type Members } from './members.js'
import type { ManagedHeapOptions, PinnedWarning } from './options.js'
import { type RefCollection, setMembers } from './ref-collection.js'
import { Representatives } from './representatives.js'

/**
 * What stands for imports, whichever heap of this process made it: so that another tells it from its own objects. Null
 * for what was let go of and stands for nothing any more.
 */
const remotes = new WeakMap<object, Entry | null>()

export class ObjectStore implements EntryHeap, AdoptingHeap {
  readonly objects: ObjectHeap
  readonly accessors: AccessorMaker
  readonly representatives: Representatives
  readonly exactness: Exactness
  /** How many entries there are of each kind. */
  readonly counts: Record<ManagedKind, number> = { managed: 0, ordinary: 0, remote: 0 }
  readonly #options: ManagedHeapOptions
  readonly #ordinary = new WeakMap<object, Entry>()
  readonly #released: Backlog<Handle>
  readonly #warned = new Set<string>()

  constructor(options: ManagedHeapOptions) {
    const { heap, defer, isExported, onReleased } = options
    this.#options = options
    this.objects = heap
    this.accessors = options.accessors ?? accessorsForHere()
    this.#released = new Backlog(defer, onReleased)
    this.representatives = new Representatives({
      heap,
      defer,
      onUnpinned: ({ handle }) => this.released(handle),
      isIdle: ({ handle }) => !isExported(handle) && heap.pinCount(handle) === 1 && !heap.isReferredTo(handle),
    })
    this.exactness = new Exactness(this)
  }

  /** An object lost something that kept it: the node is told, later. */
  released(handle: Handle): void {
    this.#released.push(handle)
  }

  /** The entry of an object, adopted or made if it is new; an ordinary object is held strongly from now on. */
  enter(object: object): Entry {
    const known = this.entryOf(object)
    if (known !== undefined) {
      this.hold(known)
      return known
    }
    if (isManaged(object)) new Adoption(this).adopt(object)
    else this.becomeOrdinary(object)
    return this.entryOf(object) as Entry
  }

  /**
   * The entry at a handle, made if the handle is an import's; undefined for what is none of ours.
   * @throws UsageError `stale-handle`
   */
  entryAt(handle: Handle): Entry | undefined {
    const known = this.objects.valueOf(handle)
    if (known instanceof Entry) return known
    return this.standsElsewhere(handle) ? this.#enter(handle, 'remote') : undefined
  }

  /** Whether a handle is an import's, or was before it broke. @throws UsageError `stale-handle` */
  standsElsewhere(handle: Handle): boolean {
    return this.objects.importOf(handle) !== undefined || this.objects.isBroken(handle)
  }

  entryOf(object: object): Entry | undefined {
    const entry = this.#lookUp(object)
    if (entry === undefined && remotes.has(object)) throw new UsageError('disposed', 'it stands for nothing any more')
    if (entry !== undefined && entry.heap !== this) throw new UsageError('foreign-object', 'it belongs to another node')
    return entry
  }

  isRemote(object: object): boolean {
    return remotes.has(object)
  }

  /** What stands for an import does so no longer. @returns whether it did */
  letGo(object: object): boolean {
    const entry = remotes.get(object)
    if (entry?.heap !== this) return false
    this.exactness.touch(entry)
    remotes.set(object, null)
    this.representatives.letGo(entry)
    return true
  }

  /** The entry of an object of this heap, if it has one. */
  known(object: object): Entry | undefined {
    const entry = this.#lookUp(object)
    return entry?.heap === this ? entry : undefined
  }

  find(value: unknown): unknown {
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      return isManaged(value) || remotes.has(value) ? this.known(value) : undefined
    }
    return value
  }

  encode(values: readonly unknown[], site: Site): unknown[] {
    const stored: unknown[] = []
    for (const value of values) {
      const found = this.find(value)
      if (found === undefined && value !== undefined) return new Adoption(this).encode(values, site)
      stored.push(found)
    }
    return stored
  }

  write(entry: Entry, field: string, value: unknown): void {
    this.exactness.touch(entry)
    const [stored] = this.encode([value], { className: entry.layout?.className ?? '', fieldOf: () => field })
    const state = entry.state as FieldState
    const old = state[field]
    if (stored instanceof Entry) this.refer(entry.handle, stored)
    state[field] = stored
    if (old instanceof Entry) this.unrefer(entry.handle, old)
  }

  represent(entry: Entry): object {
    this.exactness.touch(entry)
    const living = entry.ref?.deref()
    if (living !== undefined) return living
    const { handle, layout } = entry
    if (entry.kind === 'ordinary') throw new UsageError('stale-handle', 'this object is gone', { handle })
    // Pinned last: nothing is left over when the node's function throws. But what is out of reach is refused first.
    if (!this.objects.isReachable(handle)) this.objects.pin(handle)
    const object = layout === null ? this.#options.createRemote(handle) : this.#materialise(entry, layout)
    if (layout === null) remotes.set(object, entry)
    if (entry.place < 0) this.objects.pin(handle)
    this.representatives.set(entry, object)
    return object
  }

  /** The representative, hidden or not; not to be handed out. */
  livingOf(entry: Entry): object | undefined {
    return entry.ref?.deref() ?? this.exactness.hiddenOf(entry)
  }

  /** Keeps an ordinary object strongly; what keeps it is looked at again when it is settled. */
  hold(entry: Entry): void {
    if (entry.kind === 'ordinary') entry.state ??= entry.ref?.deref() ?? null
  }

  refer(from: Handle, to: Entry): void {
    this.objects.addReference(from, to.handle)
    this.hold(to)
  }

  unrefer(from: Handle, to: Entry): void {
    this.objects.removeReference(from, to.handle)
    this.released(to.handle)
  }

  unpin(handle: Handle): void {
    this.objects.unpin(handle)
    this.released(handle)
  }

  createPage(parent: Handle): Handle {
    this.reserve(1, 1)
    const page = this.objects.create()
    this.objects.addReference(parent, page)
    this.objects.unpin(page)
    return page
  }

  removePage(parent: Handle, page: Handle): void {
    this.objects.removeReference(parent, page)
    this.released(page)
  }

  reserve(objects: number, references: number): void {
    this.objects.reserve(objects, references)
  }

  becomeManaged(instance: Managed, layout: Layout): Entry {
    const entry = this.#enter(this.objects.create(), layout)
    setEntry(instance, entry)
    this.representatives.set(entry, instance)
    return entry
  }

  becomeOrdinary(object: object): void {
    const entry = this.#enter(this.objects.create(), 'ordinary')
    this.#ordinary.set(object, entry)
    this.representatives.keep(entry, object)
  }

  warnPinned(warning: PinnedWarning): void {
    const name = `${warning.className}.${warning.field}`
    if (this.#warned.has(name)) return
    this.#warned.add(name)
    this.#options.onPinned?.(warning)
  }

  #enter(handle: Handle, type: Entry['type']): Entry {
    const entry = new Entry(this, handle, type)
    this.objects.setValue(handle, entry)
    this.counts[entry.kind]++
    return entry
  }

  #lookUp(object: object): Entry | undefined {
    const entry = (isManaged(object) ? entryOf(object) : remotes.get(object)) ?? this.#ordinary.get(object)
    // Whoever asks has it in hand.
    if (entry?.heap === this) this.exactness.touch(entry)
    return entry
  }

  #materialise(entry: Entry, layout: Layout): Managed {
    const instance = layout.instantiate()
    setEntry(instance, entry)
    const members = (entry.state as FieldState)[MEMBERS] as Members | undefined
    if (members !== undefined) setMembers(instance as RefCollection, members)
    return instance
  }
}
