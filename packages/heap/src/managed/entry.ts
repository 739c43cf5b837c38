/**
 * What the managed heap knows about one object: the value that the object heap keeps with the object's handle. It lives
 * as long as the object, whether or not ordinary code holds a representative.
 *
 * Invariants
 * - An entry refers to no representative, except to an ordinary object while that is held strongly (`state`).
 * - `place` is not -1 exactly while the object has the one pin that its representative gives it.
 * - A reference in a field is stored as the entry of its target, and there is a reference in the object heap for it.
 */
import type { Handle } from '../object-heap/index.js'
import type { Layout } from './layout.js'

export type ManagedKind = 'managed' | 'ordinary' | 'remote'

/** Field values as they are kept, by name. What a collection keeps comes on top, under MEMBERS. */
export type FieldState = Record<string | symbol, unknown>

/** Where values are to be kept, for what is said of those that cannot be. */
export interface Site {
  readonly className: string
  readonly fieldOf: (index: number) => string
}

/** What accessors and collections ask of the managed heap of an entry. */
export interface EntryHeap {
  /** A living representative, made anew if there is none; pinned. @throws UsageError `out-of-reach`, `stale-handle` */
  represent(entry: Entry): object
  /**
   * Turns values into what may be kept, adopting what is new; all or none.
   * @throws UsageError `untraceable-field`, `foreign-object`
   */
  encode(values: readonly unknown[], site: Site): unknown[]
  /** How a value is kept that is kept already; undefined when it is not. */
  find(value: unknown): unknown
  /** Replaces the value of a field. @throws UsageError, nothing changed */
  write(entry: Entry, field: string, value: unknown): void
  /** Adds a reference to the target of a kept value. */
  refer(from: Handle, to: Entry): void
  /** Removes one, and tells the node. */
  unrefer(from: Handle, to: Entry): void
  /** A hidden object that one object alone refers to: more room for references. */
  createPage(parent: Handle): Handle
  /** Lets go of an empty one. */
  removePage(parent: Handle, page: Handle): void
}

export class Entry {
  readonly heap: EntryHeap
  readonly handle: Handle
  /** The class of a managed object, or the kind of another. */
  readonly type: Layout | 'ordinary' | 'remote'
  /** Field values of a managed object; the ordinary object itself while it is held strongly; null otherwise. */
  state: FieldState | object | null = null
  /** The representative; dead or null when there is none, null while it is hidden. The entry itself as long as it keeps it. */
  ref: { deref(): object | undefined } | null = null
  /** Where in the list of representatives, or -1. */
  place = -1

  constructor(heap: EntryHeap, handle: Handle, type: Entry['type']) {
    this.heap = heap
    this.handle = handle
    this.type = type
  }

  /** The ordinary object that this entry keeps. */
  deref(): object | undefined {
    return this.state ?? undefined
  }

  /** The class of a managed object; null for the other kinds. */
  get layout(): Layout | null {
    return typeof this.type === 'string' ? null : this.type
  }

  get kind(): ManagedKind {
    return typeof this.type === 'string' ? this.type : 'managed'
  }
}
