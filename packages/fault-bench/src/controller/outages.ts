/**
 * For how long which processes have been out of each other's reach. Whoever is out of reach for a whole quarantine loses what it holds, and
 * rightly: so no pair is for much more than half of one without time to meet, and whatever is lost nevertheless is a finding.
 */
interface Outage {
  readonly from: number
  readonly to: number
}

export type PairList = readonly (readonly [string, string])[]

/** The longest, as a share of the quarantine. */
const LONGEST = 0.5
/** What two need to meet again, in terms: attempts to connect have become rare in a long outage. */
const MEETING_TERMS = 4

export class Outages {
  readonly #longest: number
  readonly #meeting: number
  /** Of each pair the last one; those between which there was no time to meet are one. */
  readonly #last = new Map<string, Outage>()

  constructor(quarantine: number, term: number) {
    this.#longest = quarantine * LONGEST
    this.#meeting = term * MEETING_TERMS
  }

  /** Whether all these pairs may be out of reach from now on for so long. */
  mayBe(pairs: PairList, now: number, ms: number): boolean {
    return pairs.every(([a, b]) => {
      const { from, to } = this.#with(nameOf(a, b), now, ms)
      return to - from <= this.#longest
    })
  }

  add(pairs: PairList, now: number, ms: number): void {
    for (const [a, b] of pairs) this.#last.set(nameOf(a, b), this.#with(nameOf(a, b), now, ms))
  }

  /** It took longer: a process had to be started first. */
  extend(pairs: PairList, to: number): void {
    for (const [a, b] of pairs) {
      const last = this.#last.get(nameOf(a, b))
      if (last !== undefined && last.to < to) this.#last.set(nameOf(a, b), { from: last.from, to })
    }
  }

  #with(pair: string, now: number, ms: number): Outage {
    const last = this.#last.get(pair)
    if (last === undefined || last.to + this.#meeting < now) return { from: now, to: now + ms }
    return { from: last.from, to: Math.max(last.to, now + ms) }
  }
}

const nameOf = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`)
