/**
 * Random programs on several nodes of one thread, with the real V8, whose collector runs as it likes and when it is forced to. An oracle
 * says what must be there after each round, and what alone may be left once all has been collected. HOLDFAST_SEED sets the seed,
 * HOLDFAST_ROUNDS the number of rounds. V8 decides when things die, so a seed does not replay a run to the last step.
 */
import { describe, expect, it } from 'vitest'
import { type RandomRun, randomRun } from './random/random-run.js'

const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000)
const ROUNDS = Number(process.env['HOLDFAST_ROUNDS'] ?? 200)
const TIMEOUT_MS = 60_000 + 1000 * ROUNDS

/** @returns how often what was done */
async function expectSafe(run: Omit<RandomRun, 'seed' | 'rounds'>): Promise<Map<string, number>> {
  const { violation, deeds } = await randomRun({ seed: SEED, rounds: ROUNDS, ...run })
  const title = expect.getState().currentTestName?.replaceAll(' > ', ' ')
  const replay = `HOLDFAST_SEED=${SEED} HOLDFAST_ROUNDS=${ROUNDS} npx vitest run test/face/random.test.ts -t '${title}'`
  expect(violation, `in packages/node: ${replay}`).toBeNull()
  expect(deeds.get('link')).toBeGreaterThan(ROUNDS / 3)
  return deeds
}

describe('a random program', () => {
  it(
    'keeps what is reachable on four nodes, and leaves nothing else',
    async () => {
      const deeds = await expectSafe({ nodes: 4 })
      // The run is worth something: there was garbage in cycles.
      expect(deeds.get('condemned')).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it(
    'does so on three nodes that are closed and come back',
    async () => {
      const deeds = await expectSafe({ nodes: 3, restartEvery: 20, node: { lease: { term: 100, drift: 0.01 } } })
      expect(deeds.get('restart') ?? 0).toBe(Math.floor(ROUNDS / 20))
    },
    TIMEOUT_MS,
  )
})
