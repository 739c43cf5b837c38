/** Where functions were written, as far as the snapshot knows: line and column of each that has a script, the script by its name. */
import { LOCATION_WIDTH, type SnapshotTables } from './snapshot-tables.js'

export interface CodeLocation {
  /** URL or path; null when the snapshot does not name it. */
  readonly script: string | null
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

export class ScriptLocations {
  readonly #tables: SnapshotTables
  /** Row of each function, made when first asked. */
  #rows: Map<number, number> | null = null

  constructor(tables: SnapshotTables) {
    this.#tables = tables
  }

  /** O(1), the first time O(locations). */
  locationOf(node: number): CodeLocation | null {
    const { locations, nodeTypes, nodeTypeNames } = this.#tables
    // Of an object V8 tells where its constructor is: true, but not what is asked.
    if (nodeTypeNames[nodeTypes[node]] !== 'closure') return null
    this.#rows ??= rowsByNode(locations)
    const row = this.#rows.get(node)
    if (row === undefined) return null
    // Of code that a loader wrapped, Node 24 counts the columns of the first line from behind the wrapper.
    const column = Math.max(locations[row + 3], 0) + 1
    return { script: this.#scriptOf(node), line: locations[row + 2] + 1, column }
  }

  /** A function refers to what all its closures share, and that to the script, whose name is the script's. */
  #scriptOf(closure: number): string | null {
    const shared = this.#internal(closure, /^shared$/)
    const script = shared === null ? null : this.#internal(shared, /^script/)
    if (script === null) return null
    const name = this.#tables.strings.textOf(this.#tables.nodeNames[script])
    return name === '' || name.startsWith('system / ') ? null : name
  }

  #internal(node: number, name: RegExp): number | null {
    const { firstEdges, edgeTypes, edgeTypeNames, edgeNames, edgeTargets, strings } = this.#tables
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      const isInternal = edgeTypeNames[edgeTypes[edge]] === 'internal'
      if (isInternal && name.test(strings.textOf(edgeNames[edge]))) return edgeTargets[edge]
    }
    return null
  }
}

function rowsByNode(locations: Float64Array): Map<number, number> {
  const rows = new Map<number, number>()
  for (let row = 0; row < locations.length; row += LOCATION_WIDTH) rows.set(locations[row], row)
  return rows
}
