/**
 * Cuts a failing run down to the few actions that matter: delta debugging over the list of actions, and a plainer world where that
 * fails as well. Source: Zeller and Hildebrandt 2002, "Simplifying and Isolating Failure-Inducing Input".
 */
import type { Action } from './action.js'
import { type Plan, replay } from './run.js'

export interface Shrunk {
  readonly plan: Plan
  readonly actions: readonly Action[]
  readonly violation: string
  /** How many runs it took. */
  readonly runs: number
}

/** The checker that was violated: what must stay the same while a run is cut down. */
export const checkerOf = (violation: string): string => violation.slice(0, violation.indexOf(':'))

export interface ShrinkOptions {
  /** Gives up and returns the best so far after so many runs. Default 4,000. */
  readonly maxRuns?: number
}

/** Shrinks a run that fails. O(n log n) runs if a few actions matter. */
export function shrink(
  { plan, actions, violation }: { plan: Plan; actions: readonly Action[]; violation: string },
  { maxRuns = 4000 }: ShrinkOptions = {},
): Shrunk {
  return new Shrinker(plan, { actions, violation, maxRuns }).shrink()
}

/** A plainer world, one thing at a time. */
const PLAINER: readonly Partial<Plan>[] = [
  { encodes: false },
  { partialReports: false },
  { reclaims: false },
  { promptFinalizers: true },
  { reliable: true },
  { durable: false },
  { answers: false },
  { maxUnackedBytes: null },
  { reportPartBytes: null },
  { judges: ['judge'] },
  { judges: [] },
]

class Shrinker {
  #plan: Plan
  #actions: readonly Action[]
  #violation: string
  #runs = 0
  readonly #maxRuns: number

  constructor(plan: Plan, of: { actions: readonly Action[]; violation: string; maxRuns: number }) {
    this.#plan = plan
    this.#actions = of.actions
    this.#violation = of.violation
    this.#maxRuns = of.maxRuns
  }

  shrink(): Shrunk {
    let size = Number.POSITIVE_INFINITY
    while (this.#actions.length < size && this.#runs < this.#maxRuns) {
      size = this.#actions.length
      this.#cut()
      for (const change of PLAINER) this.#tries({ ...this.#plan, ...change }, this.#actions)
      this.#dropNodes()
      this.#shortenTimes()
    }
    return { plan: this.#plan, actions: this.#actions, violation: this.#violation, runs: this.#runs }
  }

  /** Leaves out longer parts first, then shorter ones, down to single actions. */
  #cut(): void {
    for (let part = Math.ceil(this.#actions.length / 2); ; part = Math.ceil(part / 2)) {
      let start = 0
      while (start < this.#actions.length) {
        const rest = [...this.#actions.slice(0, start), ...this.#actions.slice(start + part)]
        if (!this.#tries(this.#plan, rest)) start += part
      }
      if (part === 1) return
    }
  }

  /** Does without a node that does nothing that matters, the last first: the others keep their places. */
  #dropNodes(): void {
    for (let count = this.#plan.nodes.length; count > 2; count--) {
      const gone = this.#plan.nodes[count - 1]
      const rest = this.#actions.filter((action) => !Object.values(action).includes(gone))
      this.#tries({ ...this.#plan, nodes: this.#plan.nodes.filter((name) => name !== gone) }, rest)
    }
  }

  /** Time that need not pass is taken away. */
  #shortenTimes(): void {
    for (let index = 0; index < this.#actions.length; index++) {
      const action = this.#actions[index]
      if (action.do !== 'pass' || action.ms === 0) continue
      this.#tries(this.#plan, this.#actions.with(index, { ...action, ms: 0 }))
    }
  }

  /** Runs it; if that fails in the same way, it is the new best. */
  #tries(plan: Plan, actions: readonly Action[]): boolean {
    if (this.#runs >= this.#maxRuns) return false
    this.#runs++
    const result = replay(plan, actions)
    if (result.violation === null || checkerOf(result.violation) !== checkerOf(this.#violation)) return false
    this.#plan = plan
    this.#actions = result.actions
    this.#violation = result.violation
    return true
  }
}
