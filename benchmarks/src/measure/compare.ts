/**
 * Contenders beside a limit in the same run. The machine may be shared and its speed may change from second to second:
 * so the contenders take turns, round after round, and what counts is the ratio within a round.
 */
import { assert } from '@holdfast/core'
import { Bench } from 'tinybench'
import { type Spread, spread } from './statistics.js'

export interface Contender {
  readonly name: string
  readonly run: () => void
  /** Before every run, outside the clock. */
  readonly prepare?: () => void
}

export interface Comparison {
  readonly name: string
  /** Of one run, in ms. */
  readonly ms: Spread
  /** Its time through the limit's, round by round. */
  readonly ratio: Spread
}

export interface CompareOptions {
  readonly rounds: number
  /** How long each contender runs in a round, in ms; three runs at least. */
  readonly timeMs: number
}

/** Compares contenders with the first of them, which is the limit. @throws what a contender throws */
export function compare(contenders: readonly Contender[], { rounds, timeMs }: CompareOptions): Comparison[] {
  const times = contenders.map((): number[] => [])
  // The first round warms up: the compiler's work is not what is compared.
  for (let round = 0; round <= rounds; round++) {
    const medians = oneRound(contenders, { timeMs, backwards: round % 2 === 1 })
    if (round > 0) for (const [index, ms] of medians.entries()) times[index].push(ms)
  }
  return contenders.map(({ name }, index) => ({
    name,
    ms: spread(times[index]),
    ratio: spread(times[index].map((ms, round) => ms / times[0][round])),
  }))
}

/** The median time of each contender, in their order, whatever order they run in. */
function oneRound(
  contenders: readonly Contender[],
  { timeMs, backwards }: { timeMs: number; backwards: boolean },
): number[] {
  const bench = new Bench({ time: timeMs, iterations: 3, warmup: false, throws: true })
  // Told that it is synchronous, tinybench does not try it out once more, unprepared.
  for (const { name, run, prepare } of backwards ? contenders.toReversed() : contenders)
    bench.add(name, run, { async: false, ...(prepare === undefined ? {} : { beforeEach: () => prepare() }) })
  bench.runSync()
  return contenders.map(({ name }) => {
    const result = bench.getTask(name)?.result
    assert(result?.state === 'completed', 'a contender ran to its end', { name })
    return result.latency.p50
  })
}
