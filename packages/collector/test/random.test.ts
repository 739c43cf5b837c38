/**
 * Random schedules over whole nodes, with an oracle after every step. HOLDFAST_SEED sets the first seed of the safe runs,
 * HOLDFAST_RUNS their number; a failure prints the command that replays it.
 */
import { ALL_RULES, type Rule } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import { describe, expect, it } from 'vitest'
import { randomRun, type Stress } from './support/random-run.js'

const FIRST_SEED = Number(process.env['HOLDFAST_SEED'] ?? 1)
const RUNS = process.env['HOLDFAST_RUNS']
const TIMEOUT_MS = 600_000
const STEPS = 120

const nodesOf = (seed: number): number => 2 + (seed % 3)

/** Fails with the first seed whose run violates anything. */
function expectSafe(defaultRuns: number, lossy: boolean, stress: readonly Stress[] = []): void {
  const title = expect.getState().currentTestName?.replaceAll(' > ', ' ')
  const runs = Number(RUNS ?? defaultRuns)
  for (let seed = FIRST_SEED; seed < FIRST_SEED + runs; seed++) {
    const violation = randomRun({
      seed,
      rules: ALL_RULES,
      nodes: nodesOf(seed),
      steps: STEPS,
      stress,
      lossy,
      ending: true,
    })
    const replay = `HOLDFAST_SEED=${seed} HOLDFAST_RUNS=1 npx vitest run test/random.test.ts -t '${title}'`
    expect(violation, `in packages/collector: ${replay}`).toBeNull()
  }
}

describe('random schedules on 2 to 4 nodes', () => {
  // Several times the seeds that a missing rule takes; the random world of the simulation goes on from there.
  it('keep everything live and leave nothing else', () => expectSafe(1500, false), TIMEOUT_MS)

  it('do so with weak holders', () => expectSafe(800, false, ['weak-holders', 'rings']), TIMEOUT_MS)

  it('do so over wires that lose, repeat and reorder', () => expectSafe(400, true), TIMEOUT_MS)
})

/** What shows a missing rule soonest. The seeds it took when this was written: 27, 357, 5, 27, 29, 1, 25, 13, 27, 23. */
const FOUND_BY_CHANCE: readonly { readonly rule: Rule; readonly stress: readonly Stress[] }[] = [
  { rule: 'C0-local-exports', stress: ['rings'] },
  { rule: 'C1-grants-received', stress: [] },
  { rule: 'C3-closure', stress: [] },
  { rule: 'C4-uses-received', stress: [] },
  { rule: 'unacked-gifts-are-roots', stress: [] },
  { rule: 'absent-means-live', stress: [] },
  { rule: 'dropRef-checks-g', stress: [] },
  { rule: 'unlisted-exports-are-roots', stress: ['rings', 'partial-reports'] },
  { rule: 'stamps-in-the-turn-of-the-trace', stress: ['rings', 'late-stamps'] },
  { rule: 'weak-holders-are-black', stress: ['rings', 'weak-holders'] },
]

/** Many times the seeds that any of them took. */
const MAX_SEEDS = 5000

describe('random schedules find a violation when a rule is missing', () => {
  it.each(FOUND_BY_CHANCE)(
    '$rule',
    ({ rule, stress }) => {
      const rules = rulesWithout(rule)
      let violation: string | null = null
      let seed = 0
      while (violation === null && seed < MAX_SEEDS) {
        seed++
        violation = randomRun({ seed, rules, nodes: nodesOf(seed), steps: STEPS, stress })
      }
      expect(violation, `${seed} seeds`).not.toBeNull()
    },
    TIMEOUT_MS,
  )
})
