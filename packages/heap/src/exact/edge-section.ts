/** The rows of `edges`: one a reference, in the order of the objects that refer. */
import { isUint32, trimmed, withRoom } from './growing.js'
import type { SnapshotLayout } from './layout.js'
import { malformedSnapshot } from './malformed-snapshot.js'
import type { RowSection } from './row-scanner.js'

const FIRST_ROWS = 128

export class EdgeSection implements RowSection {
  readonly kind = 'rows'
  readonly width: number
  readonly #layout: SnapshotLayout
  #types = new Uint8Array(FIRST_ROWS)
  #names = new Uint32Array(FIRST_ROWS)
  #targets = new Uint32Array(FIRST_ROWS)
  #count = 0

  constructor(layout: SnapshotLayout) {
    this.#layout = layout
    this.width = layout.edges.width
  }

  take(numbers: Float64Array, rows: number): void {
    const { edges, nodes, edgeTypes, edgeCount } = this.#layout
    const needed = this.#count + rows
    this.#types = withRoom(this.#types, needed, edgeCount)
    this.#names = withRoom(this.#names, needed, edgeCount)
    this.#targets = withRoom(this.#targets, needed, edgeCount)
    for (let row = 0, at = 0; row < rows; row++, at += edges.width) {
      const edge = this.#count++
      const type = numbers[at + edges.type]
      const name = numbers[at + edges.name]
      // A target is given by where its row begins in the list of numbers.
      const target = numbers[at + edges.target] / nodes.width
      if (edgeTypes[type] === undefined || !isUint32(name) || !isUint32(target)) {
        throw malformedSnapshot('an edge is out of range', { edge })
      }
      this.#types[edge] = type
      this.#names[edge] = name
      this.#targets[edge] = target
    }
  }

  finish() {
    const count = this.#count
    return {
      edgeTypes: trimmed(this.#types, count),
      edgeNames: trimmed(this.#names, count),
      edgeTargets: trimmed(this.#targets, count),
    }
  }
}
