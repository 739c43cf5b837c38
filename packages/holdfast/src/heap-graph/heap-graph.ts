/**
 * The object graph of a program, as columns. Objects are named by their index, references by theirs in `targets`, root
 * entries by theirs in `roots`; parallel references, self-references and repeated root entries are all counted.
 */

/** Invariants: `offsets` ascends from 0 to `targets.length`; every target and root is below `sizes.length`. */
export interface HeapGraph {
  /** The references of object i are `targets[offsets[i] .. offsets[i + 1] - 1]`; one entry more than there are objects. */
  readonly offsets: Uint32Array
  readonly targets: Uint32Array
  /** One entry each hold. */
  readonly roots: Uint32Array
  /** The kind of each object, as the heap snapshot numbers it. */
  readonly types: Uint8Array
  /** Bytes each object takes itself. */
  readonly sizes: Uint32Array
}

/** How many objects a graph has. */
export const objectCount = (graph: HeapGraph): number => graph.sizes.length
