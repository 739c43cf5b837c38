/** How a node asks for links and sessions that it needs: again and again, ever more seldom, and no longer than it needs them. */
import { describe, expect, it } from 'vitest'
import { QUARANTINE_MS, Stage, TERM_MS } from './support/stage.js'
import { node } from './support/world.js'

/** When bob asked for a link or session with alice. */
function asked(stage: Stage): number[] {
  return stage.world.told('bob', 'connect').flatMap(({ at, effect }) => (effect.peer === 'alice' ? [at] : []))
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - times[index])
}

/** bob holds an object of alice's, and their link is gone. */
function apart(): Stage {
  const stage = new Stage({ hasFaults: true })
  stage.gives('alice', stage.creates('alice'), 'bob')
  stage.parts('alice', 'bob')
  return stage
}

describe('a holder without a link to the owner', () => {
  it('asks for one soon, then ever more seldom, up to once a term', () => {
    const stage = apart()
    stage.later(QUARANTINE_MS)
    const waits = gaps(asked(stage))
    expect(asked(stage)[0]).toBeLessThan(TERM_MS / 10)
    expect(waits.length).toBeGreaterThan(8)
    expect(waits.length).toBeLessThan(25)
    expect(Math.max(...waits)).toBeLessThanOrEqual(TERM_MS)
    expect(waits.slice(-4).every((wait) => wait > TERM_MS / 2)).toBe(true)
    stage.endsWell()
  })

  it('asks no longer when its time is over', () => {
    const stage = apart()
    stage.later(QUARANTINE_MS + 2 * TERM_MS)
    const count = asked(stage).length
    stage.later(10 * QUARANTINE_MS)
    expect(asked(stage)).toHaveLength(count)
    stage.endsWell()
  })

  it('asks no longer when it holds nothing any more', () => {
    const stage = apart()
    stage.later(2 * TERM_MS)
    expect(asked(stage).length).toBeGreaterThan(2)
    stage.letsGo('bob', stage.world.node('bob').roots[0])
    stage.collects('bob')
    const count = asked(stage).length
    stage.later(2 * QUARANTINE_MS)
    expect(asked(stage)).toHaveLength(count)
    stage.endsWell()
  })

  it('asks soon again when a link that lived for long is lost', () => {
    const stage = apart()
    stage.later(5 * TERM_MS)
    stage.meets('alice', 'bob')
    stage.later(5 * TERM_MS)
    const { now } = stage.world
    const count = asked(stage).length
    stage.parts('alice', 'bob')
    stage.later(TERM_MS / 10)
    expect(asked(stage).length).toBeGreaterThan(count)
    expect(asked(stage)[count] - now).toBeLessThan(TERM_MS / 10)
    stage.endsWell()
  })

  it('finds to the owner by itself when it can', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    stage.gives('alice', stage.creates('alice'), 'bob')
    stage.falloutBetween('alice', 'bob')
    world.network.unlink('alice', 'bob')
    for (const [from, to] of [
      ['alice', 'bob'],
      ['bob', 'alice'],
    ] as const) {
      world.step(from, { type: 'link-closed', peer: node(to) })
    }
    stage.later(TERM_MS)
    expect(world.node('bob').collector.isConnected(node('alice'))).toBe(true)
    expect(world.node('bob').collector.tables.suspended).toBe(0)
    stage.endsWell()
  })
})

describe('a node that holds nothing of another', () => {
  it('asks for nothing when their session ends, or their link', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    stage.falloutBetween('alice', 'bob')
    stage.parts('bob', 'carol')
    stage.later(2 * QUARANTINE_MS)
    const pairs = world.log.flatMap(({ node: name, effect }) =>
      effect.type === 'connect' && world.node(name).collector.tables.imports === 0 ? [`${name}>${effect.peer}`] : [],
    )
    expect(pairs.filter((pair) => pair === 'alice>bob' || pair === 'bob>alice')).toEqual([])
    stage.endsWell()
  })
})

describe('a receiver of a gift', () => {
  it('asks for a session with its owner at once, and for a term', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    stage.parts('alice', 'carol')
    stage.later(QUARANTINE_MS + 2 * TERM_MS)
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    world.log.length = 0
    const { now } = world
    stage.gives('bob', atBob, 'carol')
    const times = () =>
      world.told('carol', 'connect').flatMap(({ at, effect }) => (effect.peer === 'alice' ? [at - now] : []))
    expect(times()).toEqual([0])
    stage.later(2 * TERM_MS)
    expect(times().length).toBeGreaterThan(3)
    expect(Math.max(...times())).toBeLessThanOrEqual(TERM_MS)
    expect(world.node('carol').collector.tables).toMatchObject({ imports: 0, claims: 0 })
    stage.endsWell()
  })

  it('keeps it for that term though it has had nothing to do with the owner for so long that it gives up all else', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.gives('alice', stage.creates('alice'), 'carol')
    stage.parts('alice', 'carol')
    stage.later(TERM_MS)
    const [end] = world.told('carol', 'session-ended')
    stage.later(end.at + QUARANTINE_MS - 3 - world.now)
    const atCarol = stage.gives('bob', atBob, 'carol')
    stage.later(4)
    expect(world.told('carol', 'expired')).toHaveLength(1)
    expect(world.told('carol', 'broken').map(({ effect }) => effect.imports.length)).toEqual([1])
    expect(world.node('carol').roots).toEqual([atCarol])
    stage.meets('alice', 'carol')
    world.settle()
    expect(
      world
        .node('alice')
        .collector.referrersOf(thing)
        .map((holder) => holder.node),
    ).toEqual(['bob', 'carol'])
    stage.endsWell()
  })
})

describe('sessions that end as soon as they begin', () => {
  it('are asked for ever more seldom', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    stage.gives('alice', stage.creates('alice'), 'bob')
    let opened = 0
    const passed = 10 * TERM_MS
    for (let time = 0; time < passed; time += 5) {
      const sessions = world.told('alice', 'session-opened').filter(({ effect }) => effect.peer === 'bob').length
      if (sessions > opened) stage.falloutBetween('alice', 'bob')
      opened = sessions
      stage.later(5)
    }
    expect(opened).toBeGreaterThan(5)
    expect(opened).toBeLessThan(25)
    stage.endsWell()
  })
})
