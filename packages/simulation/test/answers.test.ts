/** Calls with answers: heard once, vouched for until they are, and nothing to whoever does not wait for them any more. */
import { Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { type Action, replay, runSeed } from '../src/index.js'
import { createWorld } from '../src/run.js'
import { Stage } from '../src/stage.js'

const { plan: drawn } = runSeed({ seed: 1, nodes: 2, steps: 0 })
const plan = { ...drawn, judges: [], answers: true, durable: false, maxUnackedBytes: null, reliable: true }

const CALL: readonly Action[] = [
  { do: 'pass', ms: 0, moving: true },
  { do: 'create', at: 'bob', as: 'o1' },
  { do: 'publish', from: 'alice', to: 'bob', references: [] },
  { do: 'deliver', from: 'alice', to: 'bob', at: 0 },
]
const ANSWERS: Action = { do: 'answer', from: 'bob', to: 'alice', references: ['o1'] }
const LETS_GO: Action = { do: 'let-go', at: 'bob', what: 'o1' }

function play(actions: readonly Action[]): Stage {
  const stage = new Stage(createWorld(plan), new Random(1))
  for (const action of [...CALL, ...actions]) expect(stage.do(action), JSON.stringify(action)).toBe(true)
  return stage
}

const deskOf = (stage: Stage, name: string) => {
  const { owed, awaited, sent } = stage.node(name).desk
  return { owed: owed.length, awaited: awaited.size, sent: sent.length }
}

describe('an answer', () => {
  it('is vouched for until the caller has acknowledged it', () => {
    const stage = play([ANSWERS, LETS_GO])
    expect(deskOf(stage, 'bob')).toEqual({ owed: 0, awaited: 0, sent: 1 })
    const { heap } = stage.node('bob')
    const handle = stage.world.things.get('o1')?.handle
    expect(heap.pinCount(handle as NonNullable<typeof handle>)).toBe(1)
    stage.do({ do: 'pass', ms: 50, moving: true })
    expect(deskOf(stage, 'bob')).toEqual({ owed: 0, awaited: 0, sent: 0 })
    expect(heap.pinCount(handle as NonNullable<typeof handle>)).toBe(0)
  })

  it('reaches the caller, who holds what it carries', () => {
    const stage = play([ANSWERS, { do: 'deliver', from: 'bob', to: 'alice', at: 0 }])
    expect(deskOf(stage, 'alice').awaited).toBe(0)
    expect(stage.reachable('alice').far.map(({ thing }) => thing.label)).toEqual(['o1'])
  })

  it('in a later session than its call is nothing to the caller', () => {
    const stage = play([
      { do: 'garble', from: 'alice', to: 'bob' },
      { do: 'link', a: 'alice', b: 'bob' },
      { do: 'pass', ms: 0, moving: true },
      ANSWERS,
      { do: 'pass', ms: 0, moving: true },
    ])
    expect(stage.coverage['answer to the dead']).toBe(1)
    expect(deskOf(stage, 'alice').awaited).toBe(0)
    expect(stage.reachable('alice').far).toEqual([])
  })

  it('to a session that is over goes nowhere, and is owed no more', () => {
    const stage = play([{ do: 'garble', from: 'alice', to: 'bob' }, ANSWERS])
    expect(deskOf(stage, 'bob')).toEqual({ owed: 0, awaited: 0, sent: 0 })
    expect(replay(plan, stage.actions).violation).toBeNull()
  })
})
