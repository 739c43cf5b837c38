/** Clocks that do what no drift explains: only what rests on no clock is still promised, and that is. */
import { describe, expect, it } from 'vitest'
import { CHECKERS } from '../src/checkers/all.js'
import { type Action, checkerOf, replay, runSeed } from '../src/index.js'
import { NodeClock } from '../src/node-clock.js'

describe('a clock', () => {
  it('leaps ahead', () => {
    const clock = new NodeClock(100, 1)
    clock.jump(50, 1000)
    expect(clock.at(50)).toBe(1150)
    expect(clock.at(60)).toBe(1160)
    expect(clock.whenShows(clock.at(60))).toBe(60)
  })

  it('stands still, and never shows less than it has shown', () => {
    const clock = new NodeClock(100, 1)
    clock.jump(50, -1000)
    expect([50, 500, 1050, 1051].map((time) => clock.at(time))).toEqual([150, 150, 150, 151])
    expect(clock.at(clock.whenShows(clock.at(1051)))).toBe(151)
  })
})

it('excuse the checkers that rest on clocks, and no other', () => {
  const excused = CHECKERS.filter(({ restsOnClocks }) => restsOnClocks === true).map(({ name }) => name)
  expect(excused.sort()).toEqual(['holder-knows-first', 'no-alarm', 'no-early-broken', 'nothing-live-is-freed'])
})

/** A holder whose clock stands still while its owner removes what it held. */
const STORY: readonly Action[] = [
  { do: 'pass', ms: 0, moving: true },
  { do: 'create', at: 'alice', as: 'o1' },
  { do: 'publish', from: 'alice', to: 'bob', references: ['o1'] },
  { do: 'pass', ms: 0, moving: true },
  { do: 'let-go', at: 'alice', what: 'o1' },
  { do: 'block', from: 'alice', to: 'bob' },
  { do: 'block', from: 'bob', to: 'alice' },
  { do: 'jump', at: 'bob', ms: -10_000 },
  { do: 'pass', ms: 6000, moving: true },
  { do: 'collect', at: 'alice' },
  { do: 'send', from: 'bob', to: 'o1', references: [] },
]

describe('a holder whose clock stands still', () => {
  const { plan } = runSeed({ seed: 1, nodes: 2, steps: 0 })

  it('trusts what its owner has removed, and that is no violation', () => {
    const { actions, violation, stats } = replay(plan, STORY)
    expect(actions).toEqual(STORY)
    expect(stats.expired).toBeGreaterThan(0)
    expect(violation).toBeNull()
  })

  it('is still given no wrong object', () => {
    const { violation } = wrongObjectWithBrokenClocks()
    expect(checkerOf(violation ?? '')).toBe('no-wrong-object')
  })
})

/** A rule that keeps objects apart is off, and no checker that looks at clocks is watching. */
function wrongObjectWithBrokenClocks() {
  for (let seed = 1; ; seed++) {
    const run = runSeed({ seed, workload: 'gambits', without: ['gift-names-incarnation'] })
    const again = replay(run.plan, [{ do: 'jump', at: 'alice', ms: 1 }, ...run.actions])
    if (again.violation !== null) return again
  }
}
