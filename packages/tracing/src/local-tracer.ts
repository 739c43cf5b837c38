/**
 * What the protocol asks of whoever knows which object of this node refers to which: an explicit heap, a managed heap,
 * an embedder's own. The answers of one `LocalTrace` are about one moment: nothing may happen between `trace()` and
 * the last question, except slices of the same trace behind a write barrier.
 */
import type { Column, ImportId, ObjectKey } from '@holdfast/core'

export interface LocalTracer {
  /**
   * Marks what is reachable from this node's own roots and from the `pinned` imports: tri-color, O(objects and
   * references reached). Exported objects are no roots here: whether they are alive is the question.
   */
  trace(pinned: Iterable<ImportId>): LocalTrace
}

export interface LocalTrace {
  /** Whether the roots reach an object that is exported or weakly held. O(1). */
  reachesObject(object: ObjectKey): boolean
  /** Whether the roots reach an import. O(1); false for an import that the tracer has never been told of. */
  reachesImport(id: ImportId): boolean
  /** Marks on from further roots: the exports that the report will not list. */
  root(objects: Iterable<ObjectKey>): void
  /**
   * Which of the given suspects refers to which, directly or through objects that are no suspects. Shared inner
   * structure appears once, as inner vertices, so the answer is linear in the objects traced. O(those).
   * @param exports objects that the roots do not reach, each once: exported or weakly held
   * @param imports that the roots do not reach, each once
   */
  suspectReferences(exports: Column, imports: Column): SuspectReferences
}

/**
 * A small graph in compressed rows. Vertices are numbered: the exports as given, then the inner vertices, then the imports as
 * given. Imports refer to nothing here.
 */
export interface SuspectReferences {
  /**
   * What each inner vertex is called: any non-negative number that stays the same from trace to trace as long as the object is
   * there.
   */
  readonly inner: Column
  /** Of vertex v: targets[offsets[v] .. offsets[v + 1] - 1]; one more than there are exports and inner vertices. */
  readonly offsets: Uint32Array
  /** Ascending within a vertex, without repeats. */
  readonly targets: Uint32Array
}
