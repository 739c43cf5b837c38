/** What a ping tells of a holder's table is compared with what the owner has listed: a difference is noticed, repaired and counted. */
import { type CallMessage, exportId, Random } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Mutator } from './support/mutator.js'
import { reachable } from './support/oracle.js'
import { Stage, TERM_MS } from './support/stage.js'
import { watch } from './support/watch.js'
import { World } from './support/world.js'

const NOTHING: CallMessage = { type: 'call', call: 0, target: null, references: [], payload: new Uint8Array(0) }

/** alice's pings and bob's no longer cross. */
function outOfStep(stage: Stage): void {
  stage.later(100)
  stage.world.send('alice', { node: 'bob' })
}

const repairs = (stage: Stage): number[] =>
  [...stage.world.nodes.values()].map(({ collector }) => collector.counts.repairs)

describe('a row that the holder knows nothing of', () => {
  /** alice has granted bob an object, and he has not taken it in. */
  function extraRow(): Stage {
    const stage = new Stage({ hasFaults: true })
    stage.gives('alice', stage.creates('alice'), 'bob')
    const lost = stage.creates('alice')
    stage.forges('alice', 'bob', NOTHING, [lost])
    stage.allArrives('alice', 'bob')
    stage.letsGo('alice', lost)
    expect(stage.world.node('alice').collector.tables.exports).toBe(2)
    return stage
  }

  it('is noticed at the next ping and goes, and nothing else does', () => {
    const stage = extraRow()
    outOfStep(stage)
    const { world } = stage
    stage.later(TERM_MS / 2)
    expect(world.node('alice').collector.tables.exports).toBe(1)
    expect(repairs(stage)).toEqual([1, 0, 0, 0])
    expect(world.told('bob', 'broken')).toEqual([])
    expect(world.told('alice', 'session-ended')).toEqual([])
    stage.collects('alice')
    expect(world.node('alice').heap.objectCount).toBe(1)
    stage.checks()
  })

  it('is repaired once', () => {
    const stage = extraRow()
    const asked = watch(stage.world, 'dgc:pong')
    outOfStep(stage)
    stage.later(10 * TERM_MS)
    expect(asked).toHaveLength(1)
    expect(repairs(stage)).toEqual([1, 0, 0, 0])
  })

  it('is noticed although both ping at the same moment', () => {
    const stage = extraRow()
    stage.later(100)
    stage.world.send('alice', { node: 'bob' })
    stage.world.send('bob', { node: 'alice' })
    stage.later(10 * TERM_MS)
    expect(repairs(stage)).toEqual([1, 0, 0, 0])
  })

  it('is not taken for one when the grant is under way', () => {
    const stage = new Stage({ hasFaults: true })
    stage.holds('alice', 'bob')
    stage.sends('alice', stage.creates('alice'), 'bob')
    stage.later(TERM_MS / 2)
    stage.frees('alice', 'bob')
    stage.endsWell()
    expect(repairs(stage)).toEqual([0, 0, 0, 0])
  })
})

describe('a row that is gone although the holder holds it', () => {
  it('is noticed at the next ping; the import breaks, loudly, and the others stay', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    const kept = stage.gives('alice', stage.creates('alice'), 'bob')
    const lost = stage.gives('alice', stage.creates('alice'), 'bob')
    const { received } = world
      .node('bob')
      .collector.sessions()
      .find(({ peer }) => peer === 'alice') ?? { received: 0 }
    stage.forges('bob', 'alice', { type: 'dgc:dropRef', ids: [exportId(2)], received })
    stage.allArrives('bob', 'alice')
    expect(world.node('alice').collector.tables.exports).toBe(1)
    // It was never promised as far as the world is concerned: bob said that he has no use for it.
    world.node('bob').standings.delete(lost)
    outOfStep(stage)
    stage.later(TERM_MS / 2)
    expect(repairs(stage)).toEqual([1, 0, 0, 0])
    expect(world.told('bob', 'broken')).toHaveLength(1)
    expect(world.node('bob').roots).toEqual([kept])
    stage.uses('bob', kept)
    stage.allArrives('bob', 'alice')
    stage.later(10 * TERM_MS)
    expect(repairs(stage)).toEqual([1, 0, 0, 0])
    stage.checks()
  })
})

describe('honest nodes', () => {
  it.each([
    ['whatever crosses a ping and whatever a verdict removes', false],
    ['over wires that lose, repeat and reorder', true],
  ])(
    'never find anything to repair, %s',
    (_, isLossy) => {
      let pings = 0
      for (let seed = 1; seed <= SEEDS; seed++) pings += honestDay(seed, isLossy)
      expect(pings).toBeGreaterThan(50 * SEEDS)
    },
    120_000,
  )
})

const SEEDS = 40

/** What an application must expect where sessions end. */
const REFUSALS = ['no-session', 'suspended', 'out-of-reach', 'import-refers']

/** Random traffic with pings all the time. @returns how many */
function honestDay(seed: number, isLossy: boolean): number {
  const random = new Random(seed)
  const names = ['alice', 'bob', 'carol']
  const world = new World([...names, 'judge'], { hasFaults: true, reliable: !isLossy, reclaims: random.chance(0.5) })
  const pings = watch(world, 'dgc:ping')
  const acts = honestActs(world, random, names)
  for (let step = 0; step < 500; step++) {
    attempt(() => random.pick(acts)(random.pick(names)))
    for (const [from, to] of world.busyWires()) {
      if (!random.chance(0.6)) continue
      if (isLossy) world.deliverBadly(from, to, random)
      else world.deliver(from, to)
    }
    reachable(world)
  }
  for (const { name, collector } of world.nodes.values()) {
    expect({ seed, name, repairs: collector.counts.repairs }).toEqual({ seed, name, repairs: 0 })
  }
  return pings.length
}

function honestActs(world: World, random: Random, names: readonly string[]): ((name: string) => void)[] {
  const mutator = new Mutator(world, random, { prefersGifts: random.chance(0.5) })
  const publish = (name: string) =>
    mutator.publish(world.node(name), random.pick(names.filter((other) => other !== name)))
  for (const name of names) publish(name)
  const time = Array.from({ length: 4 }, () => () => world.advance(random.below(120)))
  return [
    (name) => mutator.send(world.node(name)),
    (name) => mutator.send(world.node(name)),
    publish,
    (name) => mutator.refer(world.node(name)),
    (name) => mutator.unrefer(world.node(name)),
    (name) => mutator.letGo(world.node(name), 2),
    (name) => void world.collectLocally(name),
    (name) => world.report(name, 'judge'),
    () => world.step('judge', { type: 'judge' }),
    ...time,
  ]
}

function attempt(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && REFUSALS.includes(String(error.code)))) throw error
  }
}
