/** A set of whole numbers that mostly come one after the other: as ranges, ascending and disjoint. */
export type SpanData = readonly (readonly [first: number, last: number])[]

export class Spans {
  readonly #spans: [number, number][]

  constructor(data: SpanData = []) {
    this.#spans = data.map(([first, last]) => [first, last])
  }

  /** @returns whether it was not there. O(ranges behind it) */
  add(number: number): boolean {
    let place = this.#spans.length
    while (place > 0 && this.#spans[place - 1][0] > number) place--
    const before = this.#spans[place - 1]
    const behind = this.#spans[place]
    if (before !== undefined && before[1] >= number) return false
    const [isNextTo, isBefore] = [before?.[1] === number - 1, behind?.[0] === number + 1]
    if (isNextTo && isBefore) this.#spans.splice(place - 1, 2, [before[0], behind[1]])
    else if (isNextTo) before[1] = number
    else if (isBefore) behind[0] = number
    else this.#spans.splice(place, 0, [number, number])
    return true
  }

  has(number: number): boolean {
    return this.#spans.some(([first, last]) => first <= number && number <= last)
  }

  /** The highest; 0 when there is none. */
  get last(): number {
    return this.#spans.at(-1)?.[1] ?? 0
  }

  get size(): number {
    return this.#spans.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  }

  /** Which of others are missing here: a few of them. */
  missing(others: SpanData, limit = 5): number[] {
    const found: number[] = []
    for (const [first, last] of others) {
      for (let number = first; number <= last && found.length < limit; number++) {
        if (!this.has(number)) found.push(number)
      }
    }
    return found
  }

  toJSON(): SpanData {
    return this.#spans
  }
}
