/** A node whose process is another one: it has its state, and does not know how long it was away. */
import type { ImportId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { Stage, TERM_MS } from './support/stage.js'
import { node } from './support/world.js'

/** bob holds an object of alice's, has sessions with both others, and comes back without a link. */
function bobIsBack() {
  const stage = new Stage({ hasFaults: true })
  const { world } = stage
  const mine = stage.creates('alice')
  const held = stage.gives('alice', mine, 'bob')
  const carols = stage.gives('bob', stage.creates('bob'), 'carol')
  stage.parts('alice', 'bob')
  stage.parts('bob', 'carol')
  world.step('bob', { type: 'restarted' })
  return { stage, world, held, carols, bob: world.node('bob').collector }
}

describe('a node that is back', () => {
  it('is silent in a session until the peer has confirmed it, and gives nothing away that it holds by it', () => {
    const { stage, world, held, bob } = bobIsBack()
    const session = world.node('alice').collector.sessionWith(node('bob'))?.number
    expect(bob.sessionWith(node('alice'))).toBeNull()
    stage.meets('bob', 'carol')
    expect(bob.sessionWith(node('carol'))).not.toBeNull()
    expect(() => stage.uses('bob', held)).toThrow(/no-session/)
    expect(() => stage.sends('bob', held, 'carol')).toThrow(/suspended/)

    stage.meets('alice', 'bob')
    expect(bob.sessionWith(node('alice'))?.number, 'it goes on').toBe(session)
    stage.uses('bob', held)
    stage.allArrives('bob', 'alice')
    stage.sends('bob', held, 'carol')
    stage.allArrives('bob', 'carol')
    stage.endsWell()
  })

  it('gives up a session that nobody confirms within a term, and reconciles in the next', () => {
    const { stage, world, held, bob } = bobIsBack()
    stage.later(TERM_MS + 1)
    expect(world.told('bob', 'session-ended').map(({ effect }) => effect.peer)).toContain('alice')
    expect(bob.tables).toMatchObject({ imports: 1, suspended: 1 })
    stage.meets('alice', 'bob')
    stage.allArrives('bob', 'alice')
    stage.allArrives('alice', 'bob')
    stage.uses('bob', held)
    stage.allArrives('bob', 'alice')
    stage.endsWell()
  })

  it('leaves out ids, so that none that it may have forgotten names another object', () => {
    const { stage, world, carols } = bobIsBack()
    stage.meets('bob', 'carol')
    stage.allArrives('bob', 'carol')
    const later = stage.gives('bob', stage.creates('bob'), 'carol')
    const { collector, heap } = world.node('carol')
    const [first, second] = [carols, later].map((handle) => {
      return collector.describeImport(heap.importOf(handle) as ImportId).id
    })
    expect(second - first).toBeGreaterThan(1_000_000)
    stage.meets('alice', 'bob')
    stage.endsWell()
  })
})
