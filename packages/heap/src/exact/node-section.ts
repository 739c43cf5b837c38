/** The rows of `nodes`: one an object. */
import { isUint32, trimmed, withRoom } from './growing.js'
import type { SnapshotLayout } from './layout.js'
import { malformedSnapshot } from './malformed-snapshot.js'
import type { RowSection } from './row-scanner.js'

const FIRST_ROWS = 128

export class NodeSection implements RowSection {
  readonly kind = 'rows'
  readonly width: number
  readonly #layout: SnapshotLayout
  #types = new Uint8Array(FIRST_ROWS)
  #names = new Uint32Array(FIRST_ROWS)
  #ids = new Float64Array(FIRST_ROWS)
  #selfSizes = new Float64Array(FIRST_ROWS)
  #firstEdges = new Uint32Array(FIRST_ROWS + 1)
  #count = 0

  constructor(layout: SnapshotLayout) {
    this.#layout = layout
    this.width = layout.nodes.width
  }

  take(numbers: Float64Array, rows: number): void {
    const { nodes, nodeTypes, nodeCount } = this.#layout
    const needed = this.#count + rows
    this.#types = withRoom(this.#types, needed, nodeCount)
    this.#names = withRoom(this.#names, needed, nodeCount)
    this.#ids = withRoom(this.#ids, needed, nodeCount)
    this.#selfSizes = withRoom(this.#selfSizes, needed, nodeCount)
    this.#firstEdges = withRoom(this.#firstEdges, needed + 1, nodeCount + 1)
    for (let row = 0, at = 0; row < rows; row++, at += nodes.width) {
      const node = this.#count++
      const type = numbers[at + nodes.type]
      const name = numbers[at + nodes.name]
      const edges = numbers[at + nodes.edgeCount]
      const end = this.#firstEdges[node] + edges
      if (nodeTypes[type] === undefined || !isUint32(name) || !isUint32(edges) || !isUint32(end)) {
        throw malformedSnapshot('a node is out of range', { node })
      }
      this.#types[node] = type
      this.#names[node] = name
      this.#ids[node] = numbers[at + nodes.id]
      this.#selfSizes[node] = numbers[at + nodes.selfSize]
      this.#firstEdges[node + 1] = end
    }
  }

  finish() {
    const count = this.#count
    return {
      nodeTypes: trimmed(this.#types, count),
      nodeNames: trimmed(this.#names, count),
      nodeIds: trimmed(this.#ids, count),
      selfSizes: trimmed(this.#selfSizes, count),
      firstEdges: trimmed(this.#firstEdges, count + 1),
    }
  }
}
