/** Weak references across nodes: what they keep, how they are cleared, and what a `clearWeak` does that comes too late. */
import { encodeMessage, type Incarnation, type Message } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { isDelta } from '@holdfast/tracing'
import { describe, expect, it } from 'vitest'
import { type DataFrame, openFrame, sealFrame } from './support/frames.js'
import { checkNothingLeft } from './support/oracle.js'
import { alive, letGo, type Placed, place, refer, tieRing } from './support/ring.js'
import { Stage } from './support/stage.js'
import { watch } from './support/watch.js'
import { World } from './support/world.js'

const NAMES = ['alice', 'bob', 'judge']

/** A ring that only weak holders keep: alice's of the objects named. */
function weakRing(world: World, held: (ring: readonly Placed[], inner: Placed) => readonly Handle[]): Placed[] {
  const [near, inner, far] = [place(world, 'alice'), place(world, 'alice'), place(world, 'bob')]
  refer(world, near, inner)
  refer(world, inner, far)
  refer(world, far, near)
  for (const handle of held([near, far], inner)) world.node('alice').holdWeakly(handle)
  letGo(world, [near, inner, far])
  return [near, inner, far]
}

const importAtAlice = (world: World, [, inner]: Placed): Handle => world.node('alice').heap.referencesOf(inner)[0]

const judgedWeak = (world: World): number[] => world.told('judge', 'judged').map(({ effect }) => effect.weak)

const cleared = (world: World, name: string): number[] =>
  world.told(name, 'clear-weak').map(({ effect }) => effect.holds.length)

describe('what weak holders alone keep', () => {
  it.each<[string, (ring: readonly Placed[], inner: Placed, world: World) => readonly Handle[]]>([
    ['an export', ([near]) => [near[1]]],
    ['an inner object', (_, inner) => [inner[1]]],
    ['an import', (_, inner, world) => [importAtAlice(world, inner)]],
    ['all of them', ([near], inner, world) => [near[1], inner[1], importAtAlice(world, inner)]],
  ])('is cleared by one round and freed by the next: %s', (_, held) => {
    const world = new World(NAMES)
    const ring = weakRing(world, (objects, inner) => held(objects, inner, world))
    const count = world.node('alice').weak.size
    world.round('judge')
    expect(alive(world, ring)).toEqual([true, true, true])
    expect(judgedWeak(world)).toEqual([count])
    expect(cleared(world, 'alice')).toEqual([count])
    expect(world.node('alice').weak.size).toBe(0)
    world.round('judge')
    expect(alive(world, ring)).toEqual([false, false, false])
    expect(judgedWeak(world)).toEqual([count, 0])
    checkNothingLeft(world)
  })

  it('is freed by a coordinator that holds it itself', () => {
    const world = new World(['alice', 'bob'])
    const ring = weakRing(world, ([near], inner) => [near[1], inner[1], importAtAlice(world, inner)])
    world.round('alice')
    world.round('alice')
    expect(alive(world, ring)).toEqual([false, false, false])
    checkNothingLeft(world)
  })

  it('is not cleared while somebody else holds the object, and is when that ends', () => {
    const world = new World([...NAMES, 'carol'])
    const ring = weakRing(world, ([near], inner) => [near[1], inner[1]])
    const guard = place(world, 'carol')
    world.node('alice').deref(ring[0][1])
    refer(world, guard, ring[0])
    letGo(world, [ring[0]])
    for (let round = 0; round < 3; round++) world.round('judge')
    expect(judgedWeak(world)).toEqual([0, 0, 0])
    expect(world.node('alice').deref(ring[1][1])).toBe(true)
    letGo(world, [ring[1], guard])
    for (let round = 0; round < 3; round++) world.round('judge')
    expect(alive(world, ring)).toEqual([false, false, false])
    checkNothingLeft(world)
  })

  it('does not keep what only refers to it: garbage that leads to a weakly held living object goes at once', () => {
    const world = new World([...NAMES, 'carol'])
    const living = place(world, 'alice')
    refer(world, place(world, 'carol'), living)
    const ring = tieRing(world, ['alice', 'bob'])
    refer(world, ring[0], living)
    world.node('alice').holdWeakly(living[1])
    letGo(world, [living, ...ring])
    world.round('judge')
    expect(alive(world, [...ring, living])).toEqual([false, false, true])
    expect(judgedWeak(world)).toEqual([0])
  })

  it('goes by counting where no cycle is: a weak holder keeps nothing from reference listing', () => {
    const world = new World(NAMES, { reclaims: true })
    const thing = place(world, 'alice')
    const holder = place(world, 'bob')
    refer(world, holder, thing)
    world.node('alice').holdWeakly(thing[1])
    letGo(world, [thing, holder])
    world.collectLocally('bob')
    world.settle()
    expect(alive(world, [thing])).toEqual([false])
    expect(world.node('alice').deref(thing[1])).toBe(false)
  })

  it('costs nothing on the wire where there is none, also for a holder of what the program reaches itself', () => {
    const bytesOf = (prepare: (world: World) => void): number => {
      const world = new World(NAMES)
      const reports = watch(world, 'dgc:report', 'alice')
      tieRing(world, ['alice', 'bob'])
      prepare(world)
      world.round('judge')
      expect(reports).toHaveLength(1)
      return reports[0].report.length
    }
    const holdAll = (world: World): void => {
      for (const handle of world.node('alice').roots) world.node('alice').holdWeakly(handle)
    }
    expect(bytesOf(holdAll)).toBe(bytesOf(() => {}))
  })
})

describe('a group', () => {
  it('is cleared as one, or, if one of its objects was dereferenced since, not at all; another is', () => {
    const world = new World(NAMES)
    const first = weakRing(world, ([near], inner) => [near[1], inner[1]])
    const second = weakRing(world, ([near], inner) => [near[1], inner[1]])
    world.network.hold('judge', 'alice')
    for (const name of ['alice', 'bob']) world.report(name, 'judge')
    world.settle()
    world.step('judge', { type: 'judge' })
    const alice = world.node('alice')
    alice.deref(first[1][1])
    letGo(world, [first[1]])
    world.network.free('judge', 'alice')
    world.settle()
    expect(cleared(world, 'alice')).toEqual([2, 2])
    expect([...alice.weak.keys()]).toEqual([first[0][1], first[1][1]])
    world.round('judge')
    expect(alive(world, [...first, ...second])).toEqual([true, true, true, false, false, false])
    world.round('judge')
    expect(alive(world, first)).toEqual([false, false, false])
    checkNothingLeft(world)
  })

  it('reaches over nodes: each holder in it clears its part', () => {
    const world = new World(NAMES)
    const ring = weakRing(world, ([near]) => [near[1]])
    world.node('bob').holdWeakly(ring[2][1])
    const clears = watch(world, 'dgc:clearWeak', 'judge')
    world.round('judge')
    expect(clears.map(({ groups }) => Array.from(groups))).toEqual([[0], [0]])
    expect([cleared(world, 'alice'), cleared(world, 'bob')]).toEqual([[1], [1]])
    world.round('judge')
    checkNothingLeft(world)
  })

  it('may go out in pieces', () => {
    const world = new World(NAMES, { collector: { idsPerMessage: 2 } })
    const clears = watch(world, 'dgc:clearWeak', 'judge')
    const ring = weakRing(world, ([near], inner) => [near[1], inner[1], importAtAlice(world, inner)])
    world.round('judge')
    expect(clears.map(({ names }) => names.length)).toEqual([2, 1])
    world.round('judge')
    expect(alive(world, ring)).toEqual([false, false, false])
    checkNothingLeft(world)
  })
})

it('the right ones are cleared when reports carry changes only, and inner objects have come and gone', () => {
  const world = new World(NAMES)
  const alice = world.node('alice')
  const reports = watch(world, 'dgc:report', 'alice')
  const rings = [tieRing(world, ['alice', 'bob']), tieRing(world, ['alice', 'bob'])]
  const hubs = rings.map(([near]) => Array.from({ length: 8 }, () => inside(world, near)))
  for (const handle of [...hubs[0], ...hubs[1]])
    for (let count = 5; count > 0; count--) inside(world, ['alice', handle])
  for (const [index, handle] of alice.roots.entries()) if (index % 3 > 0) alice.holdWeakly(handle)
  alice.letGoOfAll()
  world.round('judge')
  // In both rings some go, some come, and some are weakly held from now on or no longer.
  for (const [hub] of hubs) {
    alice.roots.push(alice.heap.arrive(hub))
    const members = alice.heap.referencesOf(hub)
    alice.heap.removeReference(hub, members[0])
    alice.heap.removeReference(hub, members[1])
    for (const handle of members.slice(2)) if (!alice.weak.delete(handle)) alice.holdWeakly(handle)
    for (let count = 3; count > 0; count--) alice.holdWeakly(inside(world, ['alice', hub]))
  }
  alice.letGoOfAll()
  world.round('judge')
  letGo(world, [rings[1][1]])
  const [kept, gone] = rings.map(([near]) => reachedFrom(world, near).filter((handle) => alice.weak.has(handle)))
  world.round('judge')

  expect(reports.map(({ report }) => isDelta(report))).toEqual([false, true, true])
  expect(gone.length).toBeGreaterThan(20)
  expect(judgedWeak(world)).toEqual([0, 0, gone.length])
  expect(new Set(alice.weak.keys())).toEqual(new Set(kept))
})

/** A new object of alice, held by her, that one of hers refers to. */
function inside(world: World, object: Placed): Handle {
  const inner = place(world, 'alice')
  refer(world, object, inner)
  return inner[1]
}

/** All of alice's objects that one of hers leads to. */
function reachedFrom(world: World, [, start]: Placed): Handle[] {
  const found = new Set([start])
  for (const handle of found) for (const next of world.node('alice').heap.referencesOf(handle)) found.add(next)
  return [...found]
}

/** Reports of a ring that alice holds weakly are with the judge, who has told her to clear; she has not heard of it. */
function clearUnderWay(collector: { trusts?: () => boolean } = {}): { stage: Stage; near: Handle; clear: Message } {
  const stage = new Stage({ hasFaults: true, collector, tolerates: ['untrusted'] })
  const near = stage.creates('alice')
  const far = stage.creates('bob')
  stage.links('bob', far, stage.gives('alice', near, 'bob'))
  stage.links('alice', near, stage.gives('bob', far, 'alice'))
  stage.holdsWeakly('alice', near)
  for (const player of ['alice', 'bob'] as const) stage.world.node(player).letGoOfAll()
  const clears = watch(stage.world, 'dgc:clearWeak', 'judge')
  stage.reports('alice')
  stage.reports('bob')
  stage.judges('carol')
  return { stage, near, clear: clears[0] }
}

/** Puts another message in the place of the one under way. */
function instead(stage: Stage, message: Message): void {
  const frames = stage.world.network.frames('judge', 'alice')
  const honest = openFrame(frames.pop() as Uint8Array) as DataFrame
  frames.push(sealFrame({ ...honest, messages: [encodeMessage(message)] }))
}

const holds = (stage: Stage, handle: Handle): boolean => stage.world.node('alice').weak.has(handle)

describe('a clearWeak', () => {
  it('that is late, after another report, does nothing; the next round does', () => {
    const { stage, near } = clearUnderWay()
    stage.world.report('alice', 'judge')
    stage.allArrives('judge', 'alice')
    expect(holds(stage, near)).toBe(true)
    stage.endsWell()
    expect(holds(stage, near)).toBe(false)
  })

  it('that is repeated does nothing, also to a new holder of the same object', () => {
    const { stage, near, clear } = clearUnderWay()
    stage.allArrives('judge', 'alice')
    expect(holds(stage, near)).toBe(false)
    stage.holdsWeakly('alice', near)
    stage.forges('judge', 'alice', clear)
    stage.allArrives('judge', 'alice')
    expect(holds(stage, near)).toBe(true)
    expect(cleared(stage.world, 'alice')).toEqual([1, 1])
    stage.endsWell()
  })

  it('to another lifetime of the node does nothing', () => {
    const { stage, near, clear } = clearUnderWay()
    instead(stage, { ...clear, incarnation: 7 as Incarnation } as Message)
    stage.allArrives('judge', 'alice')
    expect(cleared(stage.world, 'alice')).toEqual([])
    expect(holds(stage, near)).toBe(true)
    stage.endsWell()
  })

  it('of an export that was used since does nothing, and the alarm stays silent', () => {
    const { stage, near } = clearUnderWay()
    const [far] = [...stage.world.node('bob').collector.exports] as Handle[]
    const nearAtBob = stage.world.node('bob').heap.referencesOf(far)[0]
    stage.world.node('bob').heap.arrive(far)
    stage.uses('bob', nearAtBob)
    stage.world.node('bob').heap.unpin(far)
    stage.arrives('bob', 'alice')
    stage.allArrives('judge', 'alice')
    expect([cleared(stage.world, 'alice'), holds(stage, near)]).toEqual([[], true])
    expect(stage.world.node('alice').collector.counts.alarms).toBe(0)
    stage.endsWell()
  })

  it('of an export that is gone does nothing', () => {
    const { stage, near } = clearUnderWay()
    const bob = stage.world.node('bob')
    const [far] = [...bob.collector.exports] as Handle[]
    bob.heap.arrive(far)
    bob.heap.removeReference(far, bob.heap.referencesOf(far)[0])
    bob.heap.unpin(far)
    stage.collects('bob')
    stage.allArrives('bob', 'alice')
    stage.allArrives('judge', 'alice')
    expect([cleared(stage.world, 'alice'), holds(stage, near)]).toEqual([[], true])
    stage.endsWell()
  })

  it('from a node that is not trusted is ignored and told', () => {
    let isTrusted = true
    const { stage, near } = clearUnderWay({ trusts: () => isTrusted })
    isTrusted = false
    stage.allArrives('judge', 'alice')
    expect(holds(stage, near)).toBe(true)
    expect(stage.world.told('alice', 'untrusted').map(({ effect }) => effect.peer)).toEqual(['judge'])
    isTrusted = true
    stage.endsWell()
  })

  it.each<[string, Partial<Extract<Message, { type: 'dgc:clearWeak' }>>]>([
    ['something that alice has not reported as weak', { names: [1] }],
    ['what no report has', { names: [999] }],
  ])('that names %s is an error, and clears nothing', (_, mistake) => {
    const { stage, near, clear } = clearUnderWay()
    instead(stage, { ...clear, ...mistake } as Message)
    stage.allArrives('judge', 'alice')
    expect(holds(stage, near)).toBe(true)
    const ended = stage.world.told('alice', 'session-ended').map(({ effect }) => effect.error?.code)
    expect(ended).toEqual(['not-weak'])
    stage.meets('alice', 'judge')
    stage.endsWell()
  })

  it('that comes after the session in which the report was sent does nothing', () => {
    const { stage, near, clear } = clearUnderWay()
    stage.falloutBetween('alice', 'judge')
    stage.meets('alice', 'judge')
    stage.forges('judge', 'alice', clear)
    stage.allArrives('judge', 'alice')
    expect([cleared(stage.world, 'alice'), holds(stage, near)]).toEqual([[], true])
    stage.endsWell()
  })
})

it('two coordinators may clear the same at once, and each what the other has not seen', () => {
  const world = new World([...NAMES, 'jury'])
  const ring = weakRing(world, ([near]) => [near[1]])
  const later = weakRing(world, (_, inner) => [inner[1]])
  const alice = world.node('alice')
  for (const name of ['alice', 'bob']) for (const judge of ['judge', 'jury']) world.report(name, judge)
  world.settle()
  for (const judge of ['judge', 'jury', 'judge']) world.step(judge, { type: 'judge' })
  world.settle()
  expect(cleared(world, 'alice')).toEqual([1, 1, 1, 1, 1, 1])
  expect(alice.weak.size).toBe(0)
  world.round('jury')
  expect(alive(world, [...ring, ...later])).toEqual([false, false, false, false, false, false])
  checkNothingLeft(world)
})
