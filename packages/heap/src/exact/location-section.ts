/** The rows of `locations`: where functions are in their scripts. */
import { trimmed, withRoom } from './growing.js'
import type { LocationLayout } from './layout.js'
import type { RowSection } from './row-scanner.js'
import { LOCATION_WIDTH } from './snapshot-tables.js'

export class LocationSection implements RowSection {
  readonly kind = 'rows'
  readonly width: number
  readonly #layout: LocationLayout
  readonly #nodeWidth: number
  #cells = new Float64Array(LOCATION_WIDTH * 64)
  #length = 0

  constructor(layout: LocationLayout, nodeWidth: number) {
    this.#layout = layout
    this.#nodeWidth = nodeWidth
    this.width = layout.width
  }

  take(numbers: Float64Array, rows: number): void {
    const { width, node, script, line, column } = this.#layout
    this.#cells = withRoom(this.#cells, this.#length + rows * LOCATION_WIDTH, 0)
    for (let row = 0, at = 0; row < rows; row++, at += width) {
      this.#cells[this.#length++] = numbers[at + node] / this.#nodeWidth
      this.#cells[this.#length++] = numbers[at + script]
      this.#cells[this.#length++] = numbers[at + line]
      this.#cells[this.#length++] = numbers[at + column]
    }
  }

  finish(): Float64Array {
    return trimmed(this.#cells, this.#length)
  }
}
