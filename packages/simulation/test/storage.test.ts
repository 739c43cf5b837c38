/** Nodes with a disk: what was committed comes back, what was not has not happened, and nothing leaves a node before it is committed. */
import { describe, expect, it } from 'vitest'
import { type Action, checkerOf, type Plan, replay, runSeed } from '../src/index.js'

const PLAN: Plan = {
  seed: 1,
  workload: 'mutators',
  nodes: ['alice', 'bob'],
  judges: [],
  lease: { term: 300, drift: 0.01 },
  reliable: true,
  reclaims: false,
  promptFinalizers: true,
  partialReports: false,
  encodes: false,
  durable: true,
  answers: false,
  maxUnackedBytes: null,
  proves: true,
  without: [],
}

/** alice's object is under way to bob. */
const GRANT: readonly Action[] = [
  { do: 'pass', ms: 0, moving: true },
  { do: 'create', at: 'alice', as: 'o1' },
  { do: 'publish', from: 'alice', to: 'bob', references: ['o1'] },
]
/** Steps between the faults of a disk. */
const EVERY = 12
const ARRIVES: Action = { do: 'deliver', from: 'alice', to: 'bob', at: 0 }

/** What of these actions made sense, after the first few, and what was violated. */
function playOn(actions: readonly Action[], plan = PLAN) {
  const { actions: done, violation, stats } = replay(plan, [...GRANT, ...actions])
  return { done: done.slice(GRANT.length), violation, stats }
}

describe('a turn that can not be committed', () => {
  it('has not happened: what the frame brought is not there until it is taken in again', () => {
    const uses: Action = { do: 'send', from: 'bob', to: 'o1', references: [] }
    const fails: Action = { do: 'fail', at: 'bob', in: 'commit' }
    const wakes: Action = { do: 'wake', at: 'bob' }
    const { done, violation, stats } = playOn([fails, ARRIVES, uses, wakes, uses])
    expect(done).toEqual([fails, ARRIVES, wakes, uses])
    expect(stats.uncommitted).toBe(1)
    expect(violation).toBeNull()
  })

  it('of the program refuses it, and the next is as if nothing had been', () => {
    const fails: Action = { do: 'fail', at: 'bob', in: 'commit' }
    const uses: Action = { do: 'send', from: 'bob', to: 'o1', references: [] }
    const { done, violation, stats } = playOn([ARRIVES, fails, uses, uses])
    expect(done).toEqual([ARRIVES, fails, uses, uses])
    expect(stats).toMatchObject({ uncommitted: 1 })
    expect(violation).toBeNull()
  })
})

describe('a process that dies', () => {
  it('comes back as the same lifetime, with its references and its sessions', () => {
    const actions: Action[] = [
      ARRIVES,
      { do: 'go-down', at: 'bob' },
      { do: 'resume', at: 'bob' },
      { do: 'link', a: 'alice', b: 'bob' },
      { do: 'pass', ms: 0, moving: true },
      { do: 'send', from: 'bob', to: 'o1', references: [] },
    ]
    const { done, violation, stats } = playOn(actions)
    expect(done).toEqual(actions)
    expect(violation).toBeNull()
    expect(stats).toMatchObject({ sessionsEnded: 0, broken: 0, crashes: 0 })
  })

  it('behind its commit has sent nothing, and sends it when it is back', () => {
    const actions: Action[] = [
      ARRIVES,
      { do: 'let-go', at: 'alice', what: 'o1' },
      { do: 'fail', at: 'bob', in: 'sending' },
      { do: 'send', from: 'bob', to: 'o1', references: [] },
    ]
    const { violation, done } = playOn(actions)
    expect(done).toEqual(actions)
    expect(violation).toBeNull()
  })

  it('is no fault of a node without a disk', () => {
    const { done } = playOn([{ do: 'go-down', at: 'bob' }], { ...PLAN, durable: false })
    expect(done).toEqual([])
  })
})

/** Random runs of nodes with disks, whose disks fail every few steps. */
const runs = Array.from({ length: 200 }, (_, place) => runSeed({ seed: 9000 + place, workload: 'mutators' }))
  .filter(({ plan }) => plan.durable)
  .map(({ plan, actions }) => ({
    plan,
    actions: actions.flatMap((action, place) => [...faultsAt(plan, place), action]),
  }))

function faultsAt({ nodes }: Plan, place: number): readonly Action[] {
  const at = nodes[Math.floor(place / EVERY) % nodes.length]
  const faults: readonly Action[] = [
    { do: 'fail', at, in: 'commit' },
    { do: 'wake', at },
    { do: 'go-down', at },
    { do: 'resume', at },
  ]
  return place % EVERY < faults.length ? [faults[place % EVERY]] : []
}

it('what was committed comes back, whatever the disks do', () => {
  expect(runs.length).toBeGreaterThan(10)
  const results = runs.map(({ plan, actions }) => replay(plan, actions))
  expect(results.map(({ violation }) => violation)).toEqual(runs.map(() => null))
  expect(results.reduce((sum, { stats }) => sum + stats.uncommitted, 0)).toBeGreaterThan(runs.length)
  expect(results.reduce((sum, { coverage }) => sum + (coverage['go-down'] ?? 0), 0)).toBeGreaterThan(runs.length)
})

it('a driver that sends before it has committed is noticed', () => {
  const wrong = runs.map(({ plan, actions }) => replay({ ...plan, sendsFirst: true }, actions).violation)
  const seenBy = new Set(wrong.flatMap((violation) => (violation === null ? [] : [checkerOf(violation)])))
  expect(seenBy).toContain('harm-is-contained')
})
