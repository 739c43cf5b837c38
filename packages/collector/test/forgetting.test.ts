/** L2: what a node knows of others it forgets when nothing depends on it any more: memory is bounded however many come and go. */
import { nodeId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { QUARANTINE_MS, TERM_MS } from './support/stage.js'
import { World } from './support/world.js'

const NOTHING = { exports: 0, imports: 0, pins: 0, quarantined: 0, claims: 0, suspended: 0, unvouched: 0 }
const LONG_ENOUGH_MS = QUARANTINE_MS + 2 * TERM_MS

function lonelyAlice(): World {
  const world = new World(['alice'], { hasFaults: true })
  expectForgotten(world)
  return world
}

function expectForgotten(world: World): void {
  const { collector, heap } = world.node('alice')
  world.collectLocally('alice')
  expect(collector.tables).toEqual(NOTHING)
  expect(collector.acquaintances).toEqual({ peers: 0, lifetimes: 0, gifters: 0 })
  expect(collector.sessions()).toEqual([])
  expect([heap.objectCount, heap.importCount]).toEqual([0, 0])
}

/** What is due is due: nothing, when all deadlines that were set have passed. */
function expectNothingDue(world: World): void {
  world.later(LONG_ENOUGH_MS)
  expect(world.node('alice').collector.nextDeadline()).toBeNull()
}

/** Somebody comes, gets an object of alice's, gives her one, and passes another's on to her. */
function visits(world: World, name: string, before: string | null): void {
  world.enter(name, 'alice', ...(before === null ? [] : [before]))
  world.settle()
  const alice = world.node('alice')
  const visitor = world.node(name)
  world.send('alice', { node: name }, [alice.create()])
  world.send(name, { node: 'alice' }, [visitor.create()])
  if (before !== null) {
    world.send(before, { node: name }, [world.node(before).create()])
    world.settle()
    // A gift from a visitor to alice, and one from alice to a visitor.
    world.send(name, { node: 'alice' }, visitor.roots.slice(-1))
    world.send('alice', { node: before }, [alice.roots.at(-1) as never])
  }
  world.settle()
  alice.letGoOfAll()
}

describe('L2: peers that come, hold, are held and vanish for ever, a thousand and more', () => {
  it.each([
    ['and whose links close when they do', 50, true],
    ['and whose links close only when they are long given up', 10, false],
  ])(
    'L2: leave nothing, %s',
    (_, batches, isTold) => {
      const world = lonelyAlice()
      const { collector } = world.node('alice')
      let most = 0
      for (let batch = 0; batch < batches; batch++) {
        const names = Array.from({ length: 20 }, (__, place) => `visitor${batch * 20 + place}`)
        names.forEach((name, place) => visits(world, name, place === 0 ? null : names[place - 1]))
        expect(collector.tables.exports).toBeGreaterThan(0)
        for (const name of names) {
          world.crash(name)
          if (isTold) world.part('alice', name)
        }
        world.later(QUARANTINE_MS / 4)
        if (!isTold) for (const name of names) world.part('alice', name)
        world.collectLocally('alice')
        most = Math.max(most, collector.acquaintances.peers)
      }
      // Some six batches at once: those that are still in quarantine.
      expect(most).toBeLessThan(150)
      world.later(LONG_ENOUGH_MS)
      expectForgotten(world)
      expectNothingDue(world)
    },
    120_000,
  )

  it('L2: leave a thousand lifetimes of one node nothing either', () => {
    const world = lonelyAlice()
    const { collector } = world.node('alice')
    let most = 0
    world.enter('phoenix', 'alice')
    for (let life = 0; life < 1000; life++) {
      world.settle()
      const alice = world.node('alice')
      world.send('alice', { node: 'phoenix' }, [alice.create()])
      world.send('phoenix', { node: 'alice' }, [world.node('phoenix').create()])
      world.settle()
      alice.letGoOfAll()
      if (life % 20 === 0) world.collectLocally('alice')
      world.later(TERM_MS)
      world.restart('phoenix')
      most = Math.max(most, collector.acquaintances.lifetimes)
    }
    // One lifetime a second, each remembered for a quarantine.
    expect(most).toBeLessThan(20)
    expect(collector.acquaintances.peers).toBe(1)
    world.crash('phoenix')
    world.part('alice', 'phoenix')
    world.later(LONG_ENOUGH_MS)
    expectForgotten(world)
    expectNothingDue(world)
  }, 120_000)

  it('L2: leave no lifetime that was known by a gift alone, once a later one is met', () => {
    const world = new World(['bob', 'dave'], { hasFaults: true })
    world.enter('carol', 'dave')
    world.part('bob', 'carol')
    world.settle()
    world.send('carol', { node: 'dave' }, [world.node('carol').create()])
    world.settle()
    world.send('dave', { node: 'bob' }, world.node('dave').roots.slice(-1))
    world.settle()
    const { collector } = world.node('bob')
    expect(collector.acquaintances.lifetimes, 'dave, and the first carol').toBe(2)
    expect(collector.isConnected(nodeId('carol'))).toBe(false)
    world.restart('carol')
    world.settle()
    world.later(LONG_ENOUGH_MS)
    expect(collector.acquaintances).toMatchObject({ peers: 2, lifetimes: 2 })
  })

  it('L2: leave nothing when three hundred gifts name owners that nobody ever meets', () => {
    const world = lonelyAlice()
    world.enter('gifter', 'alice')
    for (let owner = 0; owner < 300; owner++) {
      const name = `owner${owner}`
      world.enter(name, 'gifter')
      world.settle()
      world.send(name, { node: 'gifter' }, [world.node(name).create()])
      world.deliver(name, 'gifter')
      world.part('alice', name)
      world.send('gifter', { node: 'alice' }, world.node('gifter').roots.slice(-1))
      world.deliver('gifter', 'alice')
      world.crash(name)
      world.part('gifter', name)
      world.node('gifter').letGoOfAll()
      world.node('alice').letGoOfAll()
    }
    world.collectLocally('alice')
    world.crash('gifter')
    world.part('alice', 'gifter')
    world.later(LONG_ENOUGH_MS)
    expectForgotten(world)
    expectNothingDue(world)
  }, 120_000)
})
