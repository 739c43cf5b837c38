import type { CompressedRows } from './sample-graph.js'

/**
 * The limit for marking in JavaScript: compressed rows, a byte an object, a stack that never grows; no keys, no counts, no
 * barrier, nothing can be added or removed.
 */
export class CsrMark {
  readonly #rows: CompressedRows
  readonly #reached: Uint8Array
  readonly #stack: Uint32Array

  constructor(rows: CompressedRows) {
    this.#rows = rows
    this.#reached = new Uint8Array(rows.offsets.length - 1)
    this.#stack = new Uint32Array(rows.offsets.length - 1)
  }

  /** Marks from one root; says how many objects it reaches. O(objects + references reached). */
  mark(root: number): number {
    const { offsets, targets } = this.#rows
    const reached = this.#reached.fill(0)
    const stack = this.#stack
    let height = 0
    let count = 1
    reached[root] = 1
    stack[height++] = root
    while (height > 0) {
      const object = stack[--height]
      for (let index = offsets[object], end = offsets[object + 1]; index < end; index++) {
        const target = targets[index]
        if (reached[target] === 1) continue
        reached[target] = 1
        count++
        stack[height++] = target
      }
    }
    return count
  }

  /** Whether the last mark reached an object. */
  isReached(object: number): boolean {
    return this.#reached[object] === 1
  }
}
