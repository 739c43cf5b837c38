/** What a session that ends leaves behind: nothing is lost while both may still meet again, and nothing is relied on. */
import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import { reachable } from './support/oracle.js'
import { QUARANTINE_MS, Stage } from './support/stage.js'
import { node } from './support/world.js'

/** Room for a handful of small messages, and for no reconcile of `TOO_MANY` references. */
const NARROW = {
  maxFrameBytes: 512,
  maxMessageBytes: 600,
  maxUnackedBytes: 600,
  maxReorderedBytes: 600,
  windowBytes: 600,
}
const TOO_MANY = 700
const ACK_MS = 30

/** alice's object is at bob; their session has ended, and they do not find to each other. */
function afterAFallout(): { stage: Stage; atBob: Handle } {
  const stage = new Stage({ hasFaults: true })
  const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
  stage.falloutBetween('alice', 'bob')
  stage.parts('alice', 'bob')
  return { stage, atBob }
}

describe('when a session ends', () => {
  it('what the holder held counts as held, for listing and for tracing', () => {
    const { stage } = afterAFallout()
    const { collector, heap, roots } = stage.world.node('alice')
    const [thing] = roots
    stage.letsGo('alice', thing)
    stage.collects('alice')
    stage.world.round('judge')
    expect(heap.resolves(thing)).toBe(true)
    expect(collector.tables).toMatchObject({ exports: 1, quarantined: 1 })
    expect(collector.referrersOf(thing).map((holder) => holder.node)).toEqual(['bob'])
    stage.endsWell()
  })

  it('the imports from it are suspended: still there, of no use, not to be given away', () => {
    const { stage, atBob } = afterAFallout()
    const { world } = stage
    const { collector, heap } = world.node('bob')
    expect(collector.tables).toMatchObject({ imports: 1, suspended: 1 })
    expect(heap.importCount).toBe(1)
    expect(world.told('bob', 'broken')).toEqual([])
    expect(() => stage.uses('bob', atBob)).toThrow(/no-session/)
    expect(() => stage.sends('bob', atBob, 'alice')).toThrow(/no-session/)
    expect(() => stage.sends('bob', atBob, 'carol')).toThrow(/suspended/)
    expect(collector.tables.pins).toBe(0)
    stage.endsWell()
  })

  it('they are of use again behind the reconcile of the next, and given away when it is acknowledged', () => {
    const { stage, atBob } = afterAFallout()
    const { world } = stage
    stage.meets('alice', 'bob')
    stage.uses('bob', atBob)
    expect(() => stage.sends('bob', atBob, 'carol')).toThrow(/suspended/)
    stage.allArrives('bob', 'alice')
    expect(world.told('alice', 'called').at(-1)?.effect).toMatchObject({
      from: 'bob',
      target: world.node('alice').roots[0],
    })
    stage.allArrives('alice', 'bob')
    expect(world.node('bob').collector.tables.suspended).toBe(0)
    stage.gives('bob', atBob, 'carol')
    expect(world.told('bob', 'broken')).toEqual([])
    stage.endsWell()
  })

  it('they break when a later lifetime of their owner appears, once', () => {
    const { stage } = afterAFallout()
    const { world } = stage
    stage.crashes('alice')
    stage.restarts('alice')
    stage.meets('alice', 'bob')
    const { collector, heap, roots } = world.node('bob')
    expect(world.told('bob', 'broken').map(({ effect }) => effect.imports)).toEqual([[0]])
    expect([collector.tables.imports, heap.importCount, roots.length]).toEqual([0, 0, 0])
    stage.endsWell()
    expect(world.told('bob', 'broken')).toHaveLength(1)
  })

  it('they break when no session comes in time, once, and leave tables and heap', () => {
    const { stage, atBob } = afterAFallout()
    const { world } = stage
    const second = stage.gives('carol', stage.creates('carol'), 'bob')
    stage.later(QUARANTINE_MS - 10)
    expect(world.told('bob', 'broken')).toEqual([])
    stage.later(20)
    expect(world.told('bob', 'broken').map(({ effect }) => effect.imports)).toEqual([[0]])
    const { collector, heap, roots } = world.node('bob')
    expect([collector.tables.imports, heap.importCount]).toEqual([1, 1])
    expect(roots).toEqual([second])
    expect(roots).not.toContain(atBob)
    stage.endsWell()
  })

  it('the pins of gifts of its objects stay until the owner has answered', () => {
    const { stage, tables } = giftsUnderWay()
    stage.meets('alice', 'bob')
    stage.world.settle()
    // The gift has been registered, but its acknowledgement went to a session that was over: bob asks when it is overdue.
    expect(tables().pins).toBe(1)
    stage.later(QUARANTINE_MS)
    expect(tables().pins).toBe(0)
    stage.endsWell()
  })

  it('the pins of gifts of its objects stay until their imports break', () => {
    const { stage, tables } = giftsUnderWay()
    stage.parts('alice', 'bob')
    stage.later(QUARANTINE_MS - 100)
    expect(tables().pins).toBe(1)
    stage.later(100)
    expect(tables()).toMatchObject({ pins: 0, imports: 1 })
    stage.endsWell()
  })

  it('a gift of its objects that comes before anybody has noticed is of use when the next has begun', () => {
    const stage = new Stage({ hasFaults: true })
    const { world } = stage
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    const atCarol = stage.gives('alice', thing, 'carol')
    const { collector } = world.node('bob')
    stage.parts('alice', 'bob')
    const endsAt = collector.sessionWith(node('alice'))?.endsAt ?? Number.NaN
    stage.later(endsAt - 1 - world.now)
    // The deadline has passed; the driver looks into its inbox first.
    world.asleep.add('bob')
    stage.later(2)
    stage.sends('carol', atCarol, 'bob')
    world.asleep.delete('bob')
    stage.allArrives('carol', 'bob')
    expect(collector.sessionWith(node('alice'))).toBeNull()
    stage.meets('alice', 'bob')
    stage.allArrives('bob', 'alice')
    stage.allArrives('alice', 'bob')
    expect(collector.tables.suspended).toBe(0)
    stage.gives('bob', atBob, 'carol')
    expect(world.told('bob', 'broken')).toEqual([])
    stage.endsWell()
  })

  it('what a reconcile names stays held when what its owner answers does not fit, and ends the next session, too', () => {
    const stage = new Stage({ hasFaults: true, collector: { limits: NARROW } })
    const { world } = stage
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.falloutBetween('alice', 'bob')
    stage.parts('alice', 'bob')
    stage.meets('alice', 'bob')
    // Until there is no room for an answer.
    expect(() => {
      for (;;) world.send('alice', { node: 'bob' })
    }).toThrow(/unacknowledged/)
    stage.allArrives('bob', 'alice')
    expect(world.told('alice', 'session-ended').at(-1)?.effect.reason).toBe('queue-full')
    expect(world.told('alice', 'released')).toEqual([])
    stage.parts('alice', 'bob')
    stage.meets('alice', 'bob')
    stage.allArrives('bob', 'alice')
    stage.allArrives('alice', 'bob')
    expect(world.told('bob', 'broken')).toEqual([])
    expect(world.node('alice').collector.referrersOf(thing)).toMatchObject([{ node: 'bob' }])
    stage.endsWell()
  })

  it('a gift that waits for the next is of use in the one behind it, when the reconcile of the next does not fit and ends it', () => {
    const stage = new Stage({ hasFaults: true, collector: { limits: NARROW } })
    const { world } = stage
    const many: Handle[] = []
    while (many.length < TOO_MANY) {
      many.push(stage.gives('alice', stage.creates('alice'), 'bob'))
      stage.allArrives('bob', 'alice')
      stage.allArrives('alice', 'bob')
      // Time for acknowledgements, which nothing carries.
      if (many.length % 8 === 0) stage.later(ACK_MS)
    }
    const atCarol = stage.gives('alice', stage.creates('alice'), 'carol')
    stage.falloutBetween('alice', 'bob')
    stage.parts('alice', 'bob')
    const atBob = stage.gives('carol', atCarol, 'bob')
    const { collector } = world.node('bob')
    expect(collector.tables).toMatchObject({ claims: 1, suspended: TOO_MANY })
    expect(() => stage.meets('alice', 'bob')).toThrow(/do not come together/)
    expect(world.told('bob', 'session-ended').at(-1)?.effect.reason).toBe('queue-full')
    expect(collector.tables.claims).toBe(1)
    stage.parts('alice', 'bob')
    stage.letsGo('bob', ...many.slice(1))
    stage.collects('bob')
    stage.meets('alice', 'bob')
    stage.allArrives('bob', 'alice')
    stage.allArrives('alice', 'bob')
    expect(collector.tables).toMatchObject({ imports: 2, claims: 0, suspended: 0 })
    stage.gives('bob', atBob, 'carol')
    expect(world.told('bob', 'broken')).toEqual([])
    stage.endsWell()
  })

  it('sessions with others go on', () => {
    const stage = new Stage({ hasFaults: true })
    const thing = stage.creates('alice')
    const atCarol = stage.gives('alice', thing, 'carol')
    stage.falloutBetween('alice', 'bob')
    const { collector } = stage.world.node('alice')
    expect(collector.isConnected(node('bob'))).toBe(false)
    expect(collector.isConnected(node('carol'))).toBe(true)
    stage.uses('carol', atCarol)
    stage.arrives('carol', 'alice')
    reachable(stage.world)
    stage.endsWell()
  })

  it('a round tells who was missing meanwhile, and a new session works', () => {
    const { stage } = afterAFallout()
    const { world } = stage
    world.step('alice', { type: 'begin-round', nodes: ['bob', 'carol'].map(node) })
    world.settle()
    expect(world.told('alice', 'judged').map(({ effect }) => effect)).toEqual([
      { type: 'judged', suspects: 0, condemned: 0, weak: 0, missing: ['bob'], unreported: [] },
    ])
    stage.meets('alice', 'bob')
    world.settle()
    const again = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.uses('bob', again)
    stage.arrives('bob', 'alice')
    stage.endsWell()
  })

  it('a call to a node without a session is refused and grants nothing', () => {
    const { stage } = afterAFallout()
    expect(() => stage.sends('alice', stage.creates('alice'), 'bob')).toThrow(/no-session/)
    expect(stage.world.node('alice').collector.tables.exports).toBe(1)
    stage.endsWell()
  })
})

/** bob has given an object of alice's to carol and one of carol's to alice; then alice and he fall out. */
function giftsUnderWay(): { stage: Stage; tables: () => { readonly pins: number; readonly imports: number } } {
  const stage = new Stage({ hasFaults: true })
  stage.gives('bob', stage.gives('alice', stage.creates('alice'), 'bob'), 'carol')
  stage.gives('bob', stage.gives('carol', stage.creates('carol'), 'bob'), 'alice')
  const tables = () => stage.world.node('bob').collector.tables
  expect(tables().pins).toBe(2)
  stage.falloutBetween('alice', 'bob')
  expect(tables().pins).toBe(2)
  // carol's object is registered for alice in a session that has not ended.
  stage.allArrives('carol', 'alice')
  stage.allArrives('alice', 'carol')
  stage.allArrives('carol', 'bob')
  expect(tables().pins).toBe(1)
  return { stage, tables }
}

it('a link that closes and comes back ends nothing: what was under way arrives', () => {
  const stage = new Stage()
  const { world } = stage
  stage.sends('alice', stage.creates('alice'), 'bob')
  // Lost with the link.
  stage.meets('alice', 'bob')
  world.settle()
  expect(world.node('bob').collector.tables.imports).toBe(1)
  stage.ends()
})
