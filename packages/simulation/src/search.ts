/** Many seeds, one after the other, and what came of them. */
import { addAll, type Coverage } from './coverage.js'
import { type RunOptions, runSeed } from './run.js'

export interface SearchOptions extends Omit<RunOptions, 'seed'> {
  readonly first: number
  readonly count: number
}

/** A seed that failed. */
export interface Failure {
  readonly seed: number
  readonly workload: string
  readonly violation: string
}

/** What came of a series of seeds; a plain object, which travels between threads. */
export interface SearchResult {
  readonly seeds: number
  readonly actions: number
  readonly turns: number
  readonly failures: readonly Failure[]
  readonly coverage: Coverage
}

/** Runs `count` seeds from `first` on. */
export function search({ first, count, ...options }: SearchOptions): SearchResult {
  const failures: Failure[] = []
  const coverage: Coverage = {}
  let actions = 0
  let turns = 0
  for (let seed = first; seed < first + count; seed++) {
    const result = runSeed({ ...options, seed })
    actions += result.actions.length
    turns += result.stats.turns
    addAll(coverage, result.coverage)
    const { violation, plan } = result
    if (violation !== null) failures.push({ seed, workload: plan.workload, violation })
  }
  return { seeds: count, actions, turns, failures, coverage }
}

export const NOTHING_FOUND: SearchResult = { seeds: 0, actions: 0, turns: 0, failures: [], coverage: {} }

/** Adds up two results. */
export function merged(a: SearchResult, b: SearchResult): SearchResult {
  const coverage = { ...a.coverage }
  addAll(coverage, b.coverage)
  return {
    seeds: a.seeds + b.seeds,
    actions: a.actions + b.actions,
    turns: a.turns + b.turns,
    failures: [...a.failures, ...b.failures],
    coverage,
  }
}
