import { describe, expect, it } from 'vitest'
import { type Action, type Plan, replay, runSeed, WORKLOADS } from '../src/index.js'

const SEEDS = [1, 2, 3, 4, 5, 6]

describe.each(WORKLOADS.map(({ name }) => name))('%s', (workload) => {
  it('a seed is the same run every time', () => {
    for (const seed of SEEDS) {
      const first = runSeed({ seed, workload })
      const second = runSeed({ seed, workload })
      expect(second).toEqual(first)
      expect(first.stats.turns).toBeGreaterThan(50)
    }
  })

  it('the actions of a run, written down and read again, are the run', () => {
    for (const seed of SEEDS) {
      const run = runSeed({ seed, workload })
      const written = JSON.stringify({ plan: run.plan, actions: run.actions })
      const { plan, actions } = JSON.parse(written) as { plan: Plan; actions: Action[] }
      const again = replay(plan, actions)
      expect(again.actions).toEqual(run.actions)
      expect(again.violation).toBe(run.violation)
      // What was refused is not among the actions.
      expect({ ...again.stats, refused: 0 }).toEqual({ ...run.stats, refused: 0 })
    }
  })

  it('any part of a run is a run', () => {
    for (const seed of SEEDS) {
      const { plan, actions } = runSeed({ seed, workload })
      for (const rest of [0, 1, 2]) {
        const part = actions.filter((_, place) => place % 3 !== rest)
        expect(replay(plan, part).violation).toBeNull()
      }
    }
  })
})

it('seeds differ', () => {
  const runs = SEEDS.map((seed) => JSON.stringify(runSeed({ seed, workload: 'mutators' }).actions))
  expect(new Set(runs).size).toBe(SEEDS.length)
})
