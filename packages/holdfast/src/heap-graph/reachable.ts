import { type HeapGraph, objectCount } from './heap-graph.js'

/** Which objects the roots reach: 1 or 0 an object. O(objects + references). */
export function reachable(graph: HeapGraph): Uint8Array {
  const { offsets, targets, roots } = graph
  const reached = new Uint8Array(objectCount(graph))
  const stack = new Uint32Array(objectCount(graph))
  let height = 0
  for (const root of roots) {
    if (reached[root] === 1) continue
    reached[root] = 1
    stack[height++] = root
  }
  while (height > 0) {
    const object = stack[--height]
    for (let index = offsets[object]; index < offsets[object + 1]; index++) {
      const target = targets[index]
      if (reached[target] === 1) continue
      reached[target] = 1
      stack[height++] = target
    }
  }
  return reached
}
