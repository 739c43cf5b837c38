/**
 * Who refers to whom: objects by key, counted references between them, counted roots, and tri-color marking in slices.
 * Two implementations pass one suite (`conformance.ts`): `CompactGraph` for millions, `GraphologyGraph` for everything
 * that can be done with a graphology graph.
 *
 * Every method that throws has changed nothing. `UsageError` codes:
 * - `bad-key`: a key is a safe non-negative integer
 * - `bad-count`: a count is a positive safe integer
 * - `bad-budget`: a budget is above 0
 * - `no-such-object`, `object-exists`: a key that is not, or is already, in the graph
 * - `object-in-use`: the object is a root, or something (itself too) refers to it
 * - `no-such-reference`: fewer parallel references than were to be removed
 * - `not-a-root`: a root fewer times than it was to be removed
 * - `mark-not-finished`: something is still grey
 * - `stale-mark`: another mark was begun since, or this one was ended or swept
 */
import { type ObjectKey, UsageError } from '@holdfast/core'
import type { Mark } from './mark.js'

export interface ReferenceGraph {
  readonly objectCount: number
  /** Parallel references count each. */
  readonly referenceCount: number

  /** Makes room for this many more objects and references, where the implementation has a use for that. */
  reserve(objects: number, references: number): void

  /** Expected O(1). @throws UsageError `bad-key`, `object-exists` */
  addObject(key: ObjectKey): void
  /** Expected O(1). */
  hasObject(key: ObjectKey): boolean
  /**
   * Removes an object with the references it has. O(its references). @throws UsageError `no-such-object`,
   * `object-in-use`
   */
  removeObject(key: ObjectKey): void

  /** Adds `count` (1 unless told) parallel references. @throws UsageError `no-such-object`, `bad-count` */
  addReference(from: ObjectKey, to: ObjectKey, count?: number): void
  /** Removes `count` (1 unless told) of them. @throws UsageError `no-such-object`, `no-such-reference`, `bad-count` */
  removeReference(from: ObjectKey, to: ObjectKey, count?: number): void
  /** How many parallel references lead from one object to another. @throws UsageError `no-such-object` */
  countReferences(from: ObjectKey, to: ObjectKey): number
  /**
   * What an object refers to: each target once, with the number of parallel references, in no particular order.
   * O(references of `from`). @throws UsageError `no-such-object`
   */
  references(from: ObjectKey): Iterable<readonly [to: ObjectKey, count: number]>

  /** Makes an object a root once more. Expected O(1). @throws UsageError `no-such-object` */
  addRoot(key: ObjectKey): void
  /** Makes an object a root once less. Expected O(1). @throws UsageError `no-such-object`, `not-a-root` */
  removeRoot(key: ObjectKey): void
  /** How many times an object is a root. Expected O(1). @throws UsageError `no-such-object` */
  rootCount(key: ObjectKey): number

  /** All objects, in no particular order; the graph must not change meanwhile. */
  objects(): Iterable<ObjectKey>
  /**
   * The objects that are roots at least once, in no particular order; the graph must not change meanwhile. O(objects).
   */
  roots(): Iterable<ObjectKey>

  /**
   * Begins a tri-color mark from the roots; an earlier one becomes stale. Until it ends, what is added (objects,
   * references, roots) counts as reached: nothing reachable is ever white when the mark has finished. O(objects), but a
   * memset or little more.
   */
  mark(): Mark
  /**
   * Removes what a finished mark has left white, ends the mark, and says how many objects that were. O(objects +
   * references of the white ones). @throws UsageError `mark-not-finished`, `stale-mark`
   */
  sweep(mark: Mark): number
}

/** Validates a key. @throws UsageError `bad-key` */
export function objectKey(value: number): ObjectKey {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new UsageError('bad-key', 'a key is a safe non-negative integer', { key: value })
  return value as ObjectKey
}

/** Validates a count and gives it back. @throws UsageError `bad-count` */
export function checkCount(count: number): number {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new UsageError('bad-count', 'a count is a positive safe integer', { count })
  return count
}
