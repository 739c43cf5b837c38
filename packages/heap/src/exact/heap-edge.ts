/** One edge of a snapshot. Its name is decoded when asked for: a search looks at millions and reads few. */
import { isNamed, type SnapshotTables } from './snapshot-tables.js'
import { EPHEMERON } from './weak-edges.js'

export class HeapEdge {
  readonly source: number
  readonly target: number
  /**
   * `property`, `element`, `context` (a variable), `internal`, `hidden`, `shortcut`, `weak`, or `ephemeron`: the value of a
   * WeakMap's entry, seen from its key and once more from the table.
   */
  readonly type: string
  readonly #tables: SnapshotTables
  readonly #name: number

  constructor(tables: SnapshotTables, edge: number, source: number) {
    this.source = source
    this.target = tables.edgeTargets[edge]
    this.type = tables.edgeTypeNames[tables.edgeTypes[edge]]
    this.#tables = tables
    this.#name = tables.edgeNames[edge]
  }

  /** Of a property or variable its name, of an element its index; V8's own words or numbers for the rest. */
  get name(): string | number {
    return isNamed(this.type) ? this.#tables.strings.textOf(this.#name) : this.#name
  }

  /** Whether it does not hold its target, or only together with another. */
  get weak(): boolean {
    return this.type === 'weak' || this.type === EPHEMERON
  }
}
