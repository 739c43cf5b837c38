/** A node that restarts while a gift of its earlier lifetime's object is under way: ids of two lifetimes are never mixed up. */
import { ALL_RULES, type Incarnation } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Stage } from './support/stage.js'
import { node, type World } from './support/world.js'
import { WorldNode } from './support/world-node.js'

const TOLERATED = ['session-ended', 'broken', 'rejected'] as const

/** carol has sent alice an object of bob's; it is under way. */
function giftUnderWay(): Stage {
  const stage = new Stage({ tolerates: TOLERATED })
  const old = stage.gives('bob', stage.creates('bob'), 'carol')
  stage.sends('carol', old, 'alice')
  return stage
}

/** bob starts anew without his state. */
function restartBob(world: World): void {
  world.nodes.set('bob', new WorldNode('bob', { incarnation: 2 as Incarnation, trusts: () => true }, ALL_RULES))
  for (const key of world.wires.keys()) if (key.includes('bob')) world.wires.set(key, [])
  world.step('alice', { type: 'link-closed', peer: node('bob') })
}

/** alice hears of it; carol does not. */
function meetAlice(world: World): void {
  world.step('alice', { type: 'link-opened', peer: node('bob'), reliable: true })
  world.step('bob', { type: 'link-opened', peer: node('alice'), reliable: true })
  for (let turn = 0; turn < 6; turn++) {
    if (world.isBusy('alice', 'bob')) world.deliver('alice', 'bob')
    if (world.isBusy('bob', 'alice')) world.deliver('bob', 'alice')
  }
}

/** What alice was told to be broken. */
function brokenAtAlice(world: World): number {
  const effects = world.log.flatMap(({ node: name, effect }) => (name === 'alice' ? [effect] : []))
  return effects.reduce((sum, effect) => sum + (effect.type === 'broken' ? effect.imports.length : 0), 0)
}

describe('a gift from before its owner restarted', () => {
  it('breaks on arrival where the restart is known, whatever the new lifetime calls its objects', () => {
    const stage = giftUnderWay()
    const { world } = stage
    restartBob(world)
    meetAlice(world)
    // The first export of the new bob, as the lost one was of the old.
    const secret = stage.gives('bob', stage.creates('bob'), 'alice')
    world.deliver('carol', 'alice')
    expect(brokenAtAlice(world)).toBe(1)
    expect(world.node('alice').roots).toEqual([secret])
    expect(world.node('alice').collector.tables.imports).toBe(1)
  })

  it('breaks when the restart becomes known', () => {
    const stage = giftUnderWay()
    const { world } = stage
    stage.falloutBetween('alice', 'bob')
    world.deliver('carol', 'alice')
    expect(world.node('alice').collector.tables.imports).toBe(1)
    restartBob(world)
    meetAlice(world)
    expect(brokenAtAlice(world)).toBe(1)
    expect(world.node('alice').collector.tables.imports).toBe(0)
  })
})

describe("a gift of a restarted owner's object, where the restart is not known yet", () => {
  it('is not used over the session with the earlier lifetime', () => {
    const stage = new Stage({ tolerates: TOLERATED })
    const { world } = stage
    // The first export of the old bob is carol's and alice's.
    const first = stage.creates('bob')
    stage.gives('bob', first, 'alice')
    world.nodes.get('alice')?.collector.step({ type: 'link-closed', peer: node('carol') }, world.now)
    const carol = new WorldNode('carol', { incarnation: 2 as Incarnation, trusts: () => true }, ALL_RULES)
    world.nodes.set('carol', carol)
    const later = new WorldNode('bob', { incarnation: 2 as Incarnation, trusts: () => true }, ALL_RULES)
    const earlier = world.node('bob')
    for (const key of world.wires.keys()) world.wires.set(key, [])
    const join = (a: string, b: string): void => {
      world.step(a, { type: 'link-opened', peer: node(b), reliable: true })
      world.step(b, { type: 'link-opened', peer: node(a), reliable: true })
      for (let turn = 0; turn < 6; turn++) {
        if (world.isBusy(a, b)) world.deliver(a, b)
        if (world.isBusy(b, a)) world.deliver(b, a)
      }
    }
    world.nodes.set('bob', later)
    join('bob', 'carol')
    join('carol', 'alice')
    const held = stage.gives('bob', stage.creates('bob'), 'carol')
    const atAlice = stage.gives('carol', held, 'alice')
    world.nodes.set('bob', earlier)
    expect(() => stage.uses('alice', atAlice)).toThrow(/no-session/)
  })
})
