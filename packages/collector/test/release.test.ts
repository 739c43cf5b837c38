/** Gifts that nobody acknowledges: the gifter's pin goes when the owner has been asked, and never otherwise. */
import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import { QUARANTINE_MS, Stage } from './support/stage.js'
import { watch } from './support/watch.js'

/** bob has given alice's object to carol and let go of it; the gift was lost with their session. */
function lostGift(): { stage: Stage; atBob: Handle } {
  const stage = new Stage({ hasFaults: true })
  const thing = stage.creates('alice')
  const atBob = stage.gives('alice', thing, 'bob')
  stage.letsGo('alice', thing)
  stage.sends('bob', atBob, 'carol')
  stage.letsGo('bob', atBob)
  stage.falloutBetween('carol', 'bob')
  return { stage, atBob }
}

const pinsOfBob = (stage: Stage): number => stage.world.node('bob').collector.tables.pins

describe('a gift that is lost on its way', () => {
  it('pins until nothing of it can be under way; then the owner is asked, and answers', () => {
    const { stage } = lostGift()
    const { world } = stage
    const asked = watch(world, 'dgc:release', 'bob')
    const answered = watch(world, 'dgc:giftAck', 'alice')
    stage.later(QUARANTINE_MS - 2)
    stage.collects('bob')
    expect([pinsOfBob(stage), asked.length]).toEqual([1, 0])
    stage.holds('alice', 'bob')
    stage.later(2)
    // The owner has answered; until that is there the pin stays.
    expect([asked.length, answered.length, pinsOfBob(stage)]).toEqual([1, 1, 1])
    expect(answered[0].gifts).toEqual(asked[0].gifts)
    expect(answered[0].clock).toBeGreaterThan(0)
    stage.frees('alice', 'bob')
    stage.allArrives('alice', 'bob')
    expect(pinsOfBob(stage)).toBe(0)
    expect(world.told('bob', 'unpinned').map(({ effect }) => effect.imports)).toEqual([[0]])
    stage.collects('bob')
    stage.allArrives('bob', 'alice')
    expect(world.node('alice').collector.tables.exports).toBe(0)
    stage.endsWell()
  })

  it('is asked about again when the session ends before the answer', () => {
    const { stage } = lostGift()
    const { world } = stage
    const asked = watch(world, 'dgc:release', 'bob')
    stage.later(QUARANTINE_MS - 2)
    stage.holds('alice', 'bob')
    stage.later(2)
    expect(asked).toHaveLength(1)
    // The answer is lost.
    stage.falloutBetween('bob', 'alice')
    stage.frees('alice', 'bob')
    expect(pinsOfBob(stage)).toBe(1)
    stage.meets('alice', 'bob')
    stage.world.settle()
    expect([asked.length, pinsOfBob(stage)]).toEqual([2, 0])
    stage.endsWell()
  })

  it('is asked about as soon as there is a session, if there was none when it became overdue', () => {
    const { stage } = lostGift()
    const { world } = stage
    const asked = watch(world, 'dgc:release', 'bob')
    // Nothing can be done while they are apart, but the quarantine must not pass either.
    stage.later(QUARANTINE_MS / 2)
    stage.parts('alice', 'bob')
    stage.later(QUARANTINE_MS * 0.75)
    expect([asked.length, pinsOfBob(stage)]).toEqual([0, 1])
    stage.meets('alice', 'bob')
    world.settle()
    expect([asked.length, pinsOfBob(stage)]).toEqual([1, 0])
    stage.endsWell()
  })

  it('holds up nobody when its owner is gone: the import breaks, and the pin goes with it', () => {
    const { stage } = lostGift()
    stage.crashes('alice')
    stage.later(QUARANTINE_MS + 1000)
    expect(stage.world.node('bob').collector.tables).toMatchObject({ imports: 0, pins: 0 })
    stage.endsWell()
  })
})

describe('a gift that arrived', () => {
  it('is never asked about when its acknowledgement comes', () => {
    const stage = new Stage({ hasFaults: true })
    const asked = watch(stage.world, 'dgc:release')
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.gives('bob', atBob, 'carol')
    stage.world.settle()
    expect(pinsOfBob(stage)).toBe(0)
    stage.later(2 * QUARANTINE_MS)
    expect(asked).toEqual([])
    stage.endsWell()
  })

  it('stays with its receiver when only the acknowledgement was lost', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    const atCarol = stage.gives('bob', atBob, 'carol')
    stage.letsGo('bob', atBob)
    // alice has registered it; what she says to bob is lost.
    stage.allArrives('carol', 'alice')
    stage.falloutBetween('bob', 'alice')
    stage.meets('alice', 'bob')
    world.settle()
    expect(pinsOfBob(stage)).toBe(1)
    stage.later(QUARANTINE_MS)
    expect(pinsOfBob(stage)).toBe(0)
    stage.collects('bob')
    world.settle()
    expect(
      world
        .node('alice')
        .collector.referrersOf(thing)
        .map((holder) => holder.node),
    ).toEqual(['carol'])
    stage.uses('carol', atCarol)
    stage.allArrives('carol', 'alice')
    stage.endsWell()
  })

  it('pins once for each time it was given, until the last is settled', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.sends('bob', atBob, 'carol')
    stage.falloutBetween('carol', 'bob')
    stage.meets('bob', 'carol')
    stage.later(QUARANTINE_MS / 2)
    stage.sends('bob', atBob, 'carol')
    stage.holds('carol', 'alice')
    stage.allArrives('bob', 'carol')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    expect(world.node('bob').collector.tables).toMatchObject({ imports: 1, pins: 1 })
    stage.frees('carol', 'alice')
    world.settle()
    // The second is registered; the first is still to be asked about.
    expect(pinsOfBob(stage)).toBe(1)
    stage.later(QUARANTINE_MS / 2)
    expect(pinsOfBob(stage)).toBe(0)
    stage.endsWell()
  })
})
