/** How owner and holder find to each other again after a session has ended. */
import type { Handle } from '@holdfast/heap/object-heap'
import { decodeReport } from '@holdfast/tracing'
import { describe, expect, it } from 'vitest'
import { QUARANTINE_MS, Stage } from './support/stage.js'
import { watch } from './support/watch.js'

const COUNT = 10

/** bob holds ten of alice's objects, and she one of his; nobody else does. */
function tenAtBob(idsPerMessage?: number): { stage: Stage; held: Handle[] } {
  const stage = new Stage({ hasFaults: true, ...(idsPerMessage === undefined ? {} : { collector: { idsPerMessage } }) })
  const held: Handle[] = []
  for (let place = 0; place < COUNT; place++) held.push(stage.gives('alice', stage.creates('alice'), 'bob'))
  stage.gives('bob', stage.creates('bob'), 'alice')
  const own = stage.world.node('alice').roots.filter((handle) => !stage.world.node('alice').identities.has(handle))
  stage.letsGo('alice', ...own)
  return { stage, held }
}

function tables(stage: Stage, name: 'alice' | 'bob'): object {
  const { exports, imports, quarantined, suspended } = stage.world.node(name).collector.tables
  return { exports, imports, quarantined, suspended }
}

describe('F11: a heal inside the quarantine', () => {
  it('F11: loses nothing, however late', () => {
    const { stage, held } = tenAtBob()
    const { world } = stage
    const whole = [tables(stage, 'alice'), tables(stage, 'bob')]
    stage.parts('alice', 'bob')
    stage.later(QUARANTINE_MS - 100)
    expect(tables(stage, 'alice')).toEqual({ exports: COUNT, imports: 1, quarantined: COUNT, suspended: 1 })
    stage.meets('alice', 'bob')
    world.settle()
    expect([tables(stage, 'alice'), tables(stage, 'bob')]).toEqual(whole)
    for (const handle of held) stage.uses('bob', handle)
    stage.allArrives('bob', 'alice')
    expect(world.told('alice', 'called').filter(({ effect }) => effect.target !== null)).toHaveLength(COUNT)
    expect([...world.told('alice', 'broken'), ...world.told('bob', 'broken')]).toEqual([])
    stage.endsWell()
  })

  it('F11: loses nothing when the session ends again in the middle of the reconcile, again and again', () => {
    const { stage } = tenAtBob(3)
    const { world } = stage
    for (let arrived = 0; arrived < 6; arrived++) {
      stage.falloutBetween('alice', 'bob')
      stage.meets('alice', 'bob')
      for (let frame = 0; frame < arrived && world.isBusy('bob', 'alice'); frame++) stage.arrives('bob', 'alice')
      stage.checks()
    }
    world.settle()
    expect([...world.told('alice', 'broken'), ...world.told('bob', 'broken')]).toEqual([])
    stage.endsWell()
  })

  it('F11: begins its time anew when the new session ends', () => {
    const { stage } = tenAtBob()
    const { world } = stage
    for (let session = 0; session < 3; session++) {
      stage.parts('alice', 'bob')
      stage.later(QUARANTINE_MS - 100)
      stage.meets('alice', 'bob')
    }
    world.settle()
    expect(world.told('alice', 'expired').filter(({ effect }) => effect.peer === 'bob')).toEqual([])
    expect(tables(stage, 'alice')).toMatchObject({ exports: COUNT, quarantined: 0 })
    stage.endsWell()
  })
})

describe('a reconcile', () => {
  it('comes in chunks, the last of them marked, before all else', () => {
    const { stage, held } = tenAtBob(3)
    const { world } = stage
    const chunks = watch(world, 'dgc:reconcile', 'bob')
    const calls = watch(world, 'call', 'bob')
    stage.falloutBetween('alice', 'bob')
    stage.meets('alice', 'bob')
    expect(chunks.map(({ ids, last }) => [ids.length, last])).toEqual([
      [3, false],
      [3, false],
      [3, false],
      [1, true],
    ])
    const ids = chunks.flatMap((chunk) => Array.from(chunk.ids))
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(calls).toEqual([])
    stage.uses('bob', held[0])
    stage.allArrives('bob', 'alice')
    expect(world.told('alice', 'rejected')).toEqual([])
    stage.endsWell()
  })

  it('is answered broken for what was removed, and for nothing else', () => {
    const { stage } = tenAtBob()
    const { world } = stage
    const kept = world.node('bob').roots.slice(0, 3)
    stage.forgets('alice', 'bob')
    // Granted behind the removal: of the new session, and listed.
    stage.meets('alice', 'bob')
    const fresh = stage.creates('alice')
    stage.sends('alice', fresh, 'bob')
    world.settle()
    const broken = world.told('bob', 'broken').flatMap(({ effect }) => effect.imports)
    expect(broken).toHaveLength(COUNT)
    expect(world.node('bob').roots.some((handle) => kept.includes(handle))).toBe(false)
    expect(tables(stage, 'bob')).toMatchObject({ imports: 1, suspended: 0 })
    expect(tables(stage, 'alice')).toMatchObject({ exports: 1, quarantined: 0 })
    stage.endsWell()
  })

  it('is answered broken for what was removed though others hold it, and theirs stays', () => {
    const { stage } = tenAtBob()
    const { world } = stage
    const thing = stage.creates('alice')
    const atCarol = stage.gives('alice', thing, 'carol')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.forgets('alice', 'bob')
    stage.meets('alice', 'bob')
    world.settle()
    expect(tables(stage, 'bob')).toMatchObject({ imports: 0 })
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

  it('that is refused refuses what was used behind it, but not what a new addRef names', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    const atCarol = stage.gives('alice', stage.creates('alice'), 'carol')
    // The session ends with the addRef still on its way: the reference stands or falls with the reconcile.
    const atBob = stage.gives('carol', atCarol, 'bob')
    stage.falloutBetween('alice', 'bob')
    stage.meets('alice', 'bob')
    stage.uses('bob', atBob)
    stage.gives('carol', atCarol, 'bob')
    stage.uses('bob', atBob)
    world.settle()
    expect(world.told('alice', 'rejected')).toHaveLength(1)
    expect(world.told('alice', 'called').filter(({ effect }) => effect.target !== null)).toHaveLength(1)
    expect(world.told('bob', 'broken')).toEqual([])
    stage.endsWell()
  })

  it('ends with what the holder let go of while it was away: that goes when all chunks are there', () => {
    const { stage, held } = tenAtBob(3)
    const { world } = stage
    stage.falloutBetween('alice', 'bob')
    stage.letsGo('bob', ...held.slice(0, 4))
    stage.collects('bob')
    stage.meets('alice', 'bob')
    expect(world.told('alice', 'released')).toEqual([])
    stage.allArrives('bob', 'alice')
    const released = world.told('alice', 'released').map(({ effect }) => [effect.by, effect.objects.length])
    expect(released).toEqual([['listing', 4]])
    expect(tables(stage, 'alice')).toMatchObject({ exports: COUNT - 4, quarantined: 0 })
    stage.endsWell()
  })

  it('moves no version: what a report says of an export stays true', () => {
    const { stage } = tenAtBob()
    const { world } = stage
    const reports = watch(world, 'dgc:report', 'alice')
    stage.reports('alice')
    stage.falloutBetween('alice', 'bob')
    stage.meets('alice', 'bob')
    world.settle()
    // To another coordinator, for whom it is a first and therefore a whole one.
    world.report('alice', 'carol')
    const [before, later] = reports.map(({ report }) => decodeReport(report).exports)
    expect(Array.from(later.ids)).toEqual(Array.from(before.ids))
    expect(Array.from(later.versions)).toEqual(Array.from(before.versions))
    expect(before.ids).toHaveLength(COUNT)
    stage.endsWell()
  })

  it('is empty where nothing is held, and still ends the quarantine', () => {
    const { stage, held } = tenAtBob()
    const { world } = stage
    stage.falloutBetween('alice', 'bob')
    stage.letsGo('bob', ...held)
    stage.collects('bob')
    const chunks = watch(world, 'dgc:reconcile', 'bob')
    stage.meets('alice', 'bob')
    stage.allArrives('bob', 'alice')
    expect(chunks.map(({ ids, last }) => [ids.length, last])).toEqual([[0, true]])
    expect(tables(stage, 'alice')).toMatchObject({ exports: 0, quarantined: 0 })
    stage.endsWell()
  })
})
