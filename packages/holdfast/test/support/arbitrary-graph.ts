import fc from 'fast-check'
import type { HeapGraph } from '../../src/heap-graph/heap-graph.js'

/** A graph from the targets of each object. */
export function graphOf(targets: readonly (readonly number[])[], roots: readonly number[]): HeapGraph {
  const offsets = new Uint32Array(targets.length + 1)
  targets.forEach((list, id) => {
    offsets[id + 1] = offsets[id] + list.length
  })
  return {
    offsets,
    targets: Uint32Array.from(targets.flat()),
    roots: Uint32Array.from(roots),
    types: Uint8Array.from(targets, (_, id) => id % 11),
    sizes: Uint32Array.from(targets, (_, id) => id * 8),
  }
}

/** Small graphs of all shapes: parallel references, self-references, repeated roots, unreachable parts. */
export const arbitraryGraph: fc.Arbitrary<HeapGraph> = fc.integer({ min: 1, max: 24 }).chain((objects) => {
  const object = fc.nat(objects - 1)
  return fc
    .tuple(
      fc.array(fc.array(object, { maxLength: 5 }), { minLength: objects, maxLength: objects }),
      fc.array(object, { maxLength: 8 }),
    )
    .map(([targets, roots]) => graphOf(targets, roots))
})
