/** S4: a node that starts anew, by the same name and without its memory, is told from the one it was. */
import { type Incarnation, nodeId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Collector, type CollectorEffect, type CollectorEvent } from '../src/index.js'
import { QUARANTINE_MS, Stage, TERM_MS } from './support/stage.js'
import { node, type World } from './support/world.js'

/** alice and bob hold an object of each other; so that sequences differ, much has been said. */
function friends(): Stage {
  const stage = new Stage({ hasFaults: true })
  for (let message = 0; message < 20; message++) stage.world.send('alice', { node: 'bob' })
  stage.allArrives('alice', 'bob')
  stage.gives('alice', stage.creates('alice'), 'bob')
  stage.gives('bob', stage.creates('bob'), 'alice')
  return stage
}

/** What bob was told since, of alice. */
function toldOfAlice(world: World): string[] {
  return world.log.flatMap(({ node: name, effect }) => {
    if (name !== 'bob') return []
    if (effect.type === 'session-ended' && effect.peer === 'alice') return [`ended: ${effect.reason}`]
    if (effect.type === 'session-opened' && effect.peer === 'alice') return [`opened: ${effect.incarnation}`]
    if (effect.type === 'broken') return [`broken: ${effect.imports.length}`]
    return effect.type === 'called' && effect.from === 'alice' ? ['called'] : []
  })
}

function expectDetected(stage: Stage): void {
  const { world } = stage
  const told = toldOfAlice(world)
  expect(told.slice(0, 2)).toEqual(['ended: peer-restarted', 'broken: 1'])
  expect(told.filter((what) => what.startsWith('broken'))).toHaveLength(1)
  // What the first alice held is kept like anybody's whose session has ended; the second holds nothing.
  expect(world.node('bob').collector.tables).toMatchObject({ imports: 0, exports: 1, quarantined: 1 })
  stage.later(QUARANTINE_MS)
  expect(world.node('bob').collector.tables).toMatchObject({ exports: 0, quarantined: 0 })
  expect(world.told('bob', 'expired').map(({ effect }) => effect)).toEqual([
    { type: 'expired', peer: 'alice', incarnation: 1 },
  ])
  stage.endsWell()
}

describe('S4: a restart is detected', () => {
  it('S4: by the hello of the new lifetime', () => {
    const stage = friends()
    const { world } = stage
    world.log.length = 0
    stage.restarts('alice')
    // What bob says on the new link is slower than what she says.
    stage.holds('bob', 'alice')
    stage.allArrives('alice', 'bob')
    stage.frees('bob', 'alice')
    expectDetected(stage)
  })

  it('S4: by its answer to the question whether the session goes on', () => {
    const stage = friends()
    const { world } = stage
    world.log.length = 0
    stage.restarts('alice')
    world.network.lose('alice', 'bob')
    stage.allArrives('bob', 'alice')
    stage.arrives('alice', 'bob')
    expectDetected(stage)
  })

  it('S4: by its welcome, where the session had ended before', () => {
    const stage = friends()
    const { world } = stage
    stage.falloutBetween('bob', 'alice')
    world.log.length = 0
    stage.restarts('alice')
    world.network.lose('alice', 'bob')
    stage.allArrives('bob', 'alice')
    stage.arrives('alice', 'bob')
    expect(toldOfAlice(world)).toEqual(['broken: 1', 'opened: 2'])
    expect(world.node('bob').collector.tables).toMatchObject({ imports: 0, exports: 1, quarantined: 1 })
    stage.endsWell()
  })

  it('S4: by one that has kept its tables when the session is long over', () => {
    const stage = friends()
    const { world } = stage
    stage.crashes('alice')
    stage.later(QUARANTINE_MS / 2)
    expect(world.node('bob').collector.isConnected(node('alice'))).toBe(false)
    expect(world.node('bob').collector.tables).toMatchObject({ imports: 1, suspended: 1, quarantined: 1 })
    world.log.length = 0
    stage.restarts('alice')
    stage.meets('alice', 'bob')
    expect(toldOfAlice(world)).toEqual(['broken: 1', 'opened: 2'])
    expect(world.node('bob').collector.tables).toMatchObject({ imports: 0, exports: 1, quarantined: 1 })
    stage.later(QUARANTINE_MS / 2 + TERM_MS)
    expect(world.node('bob').collector.tables).toMatchObject({ exports: 0, quarantined: 0 })
    stage.endsWell()
  })

  it('S4: and its first message is not taken for one of those that came before', () => {
    const stage = friends()
    const { world } = stage
    stage.restarts('alice')
    stage.meets('alice', 'bob')
    world.log.length = 0
    const thing = stage.creates('alice')
    stage.sends('alice', thing, 'bob')
    stage.allArrives('alice', 'bob')
    expect(toldOfAlice(world)).toEqual(['called'])
    const [atBob] = world.node('bob').roots.slice(-1)
    expect(world.node('bob').identityOf(atBob)).toEqual({ home: 'alice', life: 2, handle: thing })
    stage.endsWell()
  })

  it('S4: again and again, each lifetime for itself', () => {
    const stage = friends()
    const { world } = stage
    for (let life = 2; life < 7; life++) {
      stage.restarts('alice')
      stage.meets('alice', 'bob')
      world.settle()
      stage.gives('alice', stage.creates('alice'), 'bob')
      stage.gives('bob', world.node('bob').roots[0], 'alice')
      stage.checks()
    }
    expect(world.node('bob').collector.tables.imports).toBe(1)
    expect(world.told('bob', 'broken').map(({ effect }) => effect.imports.length)).toEqual([1, 1, 1, 1, 1])
    stage.later(QUARANTINE_MS)
    expect(world.node('bob').collector.acquaintances.lifetimes).toBe(3)
    stage.endsWell()
  })
})

describe('S4: what is no restart', () => {
  it('S4: first contact', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    world.log.length = 0
    world.enter('dave', 'bob')
    world.settle()
    const told = world.log.map(({ node: name, effect }) => `${name}: ${effect.type}`)
    expect(told.sort()).toEqual(['bob: session-opened', 'dave: session-opened'])
    stage.endsWell()
  })

  it('S4: the same lifetime on another link', () => {
    const stage = friends()
    const { world } = stage
    const before = world.node('bob').collector.tables
    world.log.length = 0
    for (let link = 0; link < 3; link++) {
      stage.meets('alice', 'bob')
      world.settle()
    }
    expect(toldOfAlice(world)).toEqual([])
    expect(world.node('bob').collector.tables).toEqual(before)
    stage.endsWell()
  })

  it('S4: the same lifetime after a session that has ended', () => {
    const stage = friends()
    const { world } = stage
    world.log.length = 0
    stage.falloutBetween('bob', 'alice')
    stage.meets('alice', 'bob')
    world.settle()
    expect(toldOfAlice(world)).toEqual(['ended: unsupported-version', 'opened: 1'])
    stage.endsWell()
  })
})

/** An earlier alice that goes on beside the one of the world. */
class Twin {
  readonly #world: World
  readonly #collector: Collector
  readonly effects: CollectorEffect[] = []

  constructor(world: World, collector: Collector) {
    this.#world = world
    this.#collector = collector
  }

  get isConnected(): boolean {
    return this.#collector.isConnected(node('bob'))
  }

  /** A step, and an exchange with bob until nobody has anything to say. */
  step(event: CollectorEvent): void {
    for (const effect of this.#collector.step(event, this.#world.now)) {
      if (effect.type !== 'transmit') {
        this.effects.push(effect)
        continue
      }
      if (effect.peer !== 'bob') continue
      this.#world.step('bob', { type: 'frame', peer: node('alice'), frame: effect.frame })
      const answers = this.#world.network.frames('bob', 'alice').splice(0)
      for (const frame of answers) this.step({ type: 'frame', peer: node('bob'), frame })
    }
  }
}

describe('S4: an earlier lifetime that goes on', () => {
  it('S4: is refused, told so, and disturbs nothing', () => {
    const stage = friends()
    const { world } = stage
    stage.restarts('alice')
    stage.meets('alice', 'bob')
    world.settle()
    stage.gives('alice', stage.creates('alice'), 'bob')
    const before = world.node('bob').collector.tables
    world.log.length = 0
    const twin = new Twin(world, new Collector({ node: nodeId('alice'), incarnation: 1 as Incarnation }))
    for (let attempt = 0; attempt < 3; attempt++) {
      twin.step({ type: 'link-opened', peer: node('bob'), reliable: true })
      twin.step({ type: 'open-session', peer: node('bob') })
      twin.step({ type: 'deadline' })
    }
    expect(twin.isConnected).toBe(false)
    expect(new Set(twin.effects.map(({ type }) => type))).toEqual(new Set(['refused']))
    expect(toldOfAlice(world)).toEqual([])
    expect(world.node('bob').collector.tables).toEqual(before)
    expect(world.node('bob').collector.isConnected(node('alice'))).toBe(true)
    stage.endsWell()
  })

  const speaks: CollectorEvent = {
    type: 'call',
    to: { node: node('bob') },
    call: 0,
    references: [],
    payload: new Uint8Array(0),
  }
  it.each<[string, CollectorEvent]>([
    ['when it speaks', speaks],
    ['when it asks whether that goes on', { type: 'link-opened', peer: node('bob'), reliable: true }],
  ])('S4: is told so in the session that it has %s, asks for no other, and keeps nothing', (_, event) => {
    const stage = friends()
    const { world } = stage
    const { collector } = world.node('alice')
    const twin = new Twin(world, collector)
    stage.restarts('alice')
    stage.meets('alice', 'bob')
    world.settle()
    expect(twin.isConnected).toBe(true)
    twin.step(event)
    expect(twin.isConnected).toBe(false)
    expect(twin.effects.map(({ type }) => type)).toEqual(['session-ended', 'refused'])
    expect(collector.tables).toMatchObject({ imports: 1, suspended: 1, quarantined: 1 })
    for (let passed = 0; passed < QUARANTINE_MS + 2 * TERM_MS; passed += 100) {
      stage.later(100)
      twin.step({ type: 'deadline' })
    }
    const connects = twin.effects.filter((effect) => effect.type === 'connect' && effect.peer === 'bob')
    expect(connects).toEqual([])
    expect(twin.effects.filter((effect) => effect.type === 'refused')).toHaveLength(1)
    expect(collector.tables).toEqual({
      exports: 0,
      imports: 0,
      pins: 0,
      quarantined: 0,
      claims: 0,
      suspended: 0,
      unvouched: 0,
    })
    stage.endsWell()
  })
})
