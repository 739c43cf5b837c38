/**
 * Random programs on several nodes of one thread, with the real V8, whose collector runs as it likes and when it is forced to. An oracle
 * says what must be there after each round, and what alone may be left once all has been collected. HOLDFAST_SEED sets the seed,
 * HOLDFAST_ROUNDS the number of rounds. V8 decides when things die, so a seed does not replay a run to the last step.
 */
import { describe, expect, it } from 'vitest'
import { type RandomRun, randomRun } from './random/random-run.js'

const SEED = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000)
const ROUNDS = Number(process.env['HOLDFAST_ROUNDS'] ?? 200)
const TIMEOUT_MS = 60_000 + 500 * ROUNDS

async function expectSafe(run: Omit<RandomRun, 'seed' | 'rounds'>): Promise<void> {
  const { violation, deeds } = await randomRun({ seed: SEED, rounds: ROUNDS, ...run })
  const title = expect.getState().currentTestName?.replaceAll(' > ', ' ')
  const replay = `HOLDFAST_SEED=${SEED} HOLDFAST_ROUNDS=${ROUNDS} npx vitest run test/face/random.test.ts -t '${title}'`
  expect(violation, `in packages/node: ${replay}`).toBeNull()
  expect(deeds.get('rest')).toBeGreaterThanOrEqual(1)
}

describe('a random program', () => {
  it('keeps everything that is reachable on 3 nodes, and leaves nothing else', () => expectSafe({ nodes: 3 }), TIMEOUT_MS)

  it('does so on 4 nodes', () => expectSafe({ nodes: 4 }), TIMEOUT_MS)
})
