/** How far a search is: one line that is written over, on a terminal; nothing else. */
import type { SearchResult } from '../search.js'
import { short } from './coverage-table.js'

export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #wanted: number
  readonly #beganAt = Date.now()
  #isShown = false

  /** @param wanted seeds; infinite where time is the limit */
  constructor(stream: NodeJS.WriteStream, wanted: number) {
    this.#stream = stream
    this.#wanted = wanted
  }

  show(total: SearchResult): void {
    if (!this.#stream.isTTY) return
    const share = Number.isFinite(this.#wanted) ? ` of ${short(this.#wanted)}` : ''
    this.#stream.write(`\r${short(total.seeds)}${share} seeds, ${this.#rate(total)} a second\x1b[K`)
    this.#isShown = true
  }

  /** Writes something in place of the line. */
  clear(write: () => void): void {
    if (this.#isShown) this.#stream.write('\r\x1b[K')
    this.#isShown = false
    write()
  }

  summary(total: SearchResult): string {
    const seconds = ((Date.now() - this.#beganAt) / 1000).toFixed(1)
    const violated = total.failures.length === 0 ? 'nothing violated' : `${total.failures.length} violated`
    const work = `${short(total.actions)} actions, ${short(total.turns)} turns`
    return `${total.seeds} seeds in ${seconds} s, ${this.#rate(total)} a second; ${work}; ${violated}`
  }

  #rate(total: SearchResult): number {
    return Math.round((total.seeds * 1000) / Math.max(1, Date.now() - this.#beganAt))
  }
}
