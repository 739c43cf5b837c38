/** Cycles that span nodes: found by reports, a verdict and a sweep. */
import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'
import { GraphologyGraph } from '@holdfast/graph/graphology'
import { describe, expect, it } from 'vitest'
import { checkNothingLeft, reachable } from './support/oracle.js'
import { alive, letGo, type Placed, place, refer, tieRing } from './support/ring.js'
import { node, World } from './support/world.js'

const FOUR = ['alice', 'bob', 'carol', 'dave']

/** Everything that listing and local collectors can do without tracing. */
function collectWithoutTracing(world: World): void {
  for (let round = 0; round < 5; round++) {
    for (const name of world.nodes.keys()) world.collectLocally(name)
    world.settle()
  }
}

const allOf = (objects: readonly Placed[], isAlive: boolean): boolean[] => objects.map(() => isAlive)

describe('T1: cycles across nodes', () => {
  it.each([
    ['two nodes', ['alice', 'bob']],
    ['four nodes', FOUR],
    ['four nodes, three times around', [...FOUR, ...FOUR, ...FOUR]],
  ])('T1: a ring over %s survives listing and is freed in one round of tracing', (_, names) => {
    const world = new World([...FOUR, 'judge'])
    const ring = tieRing(world, names)
    letGo(world, ring)
    collectWithoutTracing(world)
    expect(alive(world, ring)).toEqual(allOf(ring, true))
    world.round('judge')
    expect(alive(world, ring)).toEqual(allOf(ring, false))
    checkNothingLeft(world)
  })

  it('T1: nested cycles go together', () => {
    const world = new World([...FOUR, 'judge'])
    const outer = tieRing(world, FOUR)
    const inner = tieRing(world, ['bob', 'carol'])
    const local = tieRing(world, ['dave', 'dave'])
    refer(world, outer[1], inner[0])
    refer(world, inner[1], outer[3])
    refer(world, outer[3], local[0])
    refer(world, local[1], inner[0])
    const all = [...outer, ...inner, ...local]
    letGo(world, all)
    world.round('judge')
    expect(alive(world, all)).toEqual(allOf(all, false))
    checkNothingLeft(world)
  })

  it('T1: the tail that only a cycle refers to goes after it, by listing', () => {
    const world = new World([...FOUR, 'judge'])
    const ring = tieRing(world, ['alice', 'bob'])
    const tail = ['carol', 'dave', 'carol'].map((name) => place(world, name))
    const chain = [ring[0], ...tail]
    for (let index = 1; index < chain.length; index++) {
      refer(world, chain[index - 1], chain[index])
    }
    letGo(world, [...ring, ...tail])
    world.round('judge')
    collectWithoutTracing(world)
    expect(alive(world, [...ring, ...tail])).toEqual(allOf([...ring, ...tail], false))
    checkNothingLeft(world)
  })

  it.each(FOUR)('T1: a ring that %s still holds one object of stays whole, and goes when it lets go', (holder) => {
    const world = new World([...FOUR, 'judge'])
    const ring = tieRing(world, FOUR)
    const entry = place(world, holder)
    refer(world, entry, ring[(FOUR.indexOf(holder) + 1) % 4])
    letGo(world, ring)
    for (let round = 0; round < 3; round++) world.round('judge')
    expect(alive(world, ring)).toEqual(allOf(ring, true))
    letGo(world, [entry])
    world.round('judge')
    world.round('judge')
    expect(alive(world, ring)).toEqual(allOf(ring, false))
    checkNothingLeft(world)
  })

  it('T1: a cycle with a message for one of its objects under way stays', () => {
    const world = new World(['alice', 'bob', 'judge'])
    const ring = tieRing(world, ['alice', 'bob'])
    const [near] = ring as [Placed, Placed]
    const toBob = world.node('alice').heap.referencesOf(near[1])[0]
    world.send('alice', { target: toBob })
    letGo(world, ring)
    for (const name of ['alice', 'bob']) {
      world.report(name, 'judge')
      world.deliver(name, 'judge')
    }
    world.step('judge', { type: 'judge' })
    world.settle()
    reachable(world)
    expect(alive(world, ring)).toEqual([true, true])
  })
})

describe('T3: coordinated marking', () => {
  it.each([
    ['CompactGraph', () => new CompactGraph()],
    ['GraphologyGraph', () => new GraphologyGraph()],
  ])('T3: the coordinator marks one graph of all reports: held is black, loose is white, on %s', (_, create) => {
    const graphs: ReferenceGraph[] = []
    const sizes: number[] = []
    const createGraph = (vertices: number): ReferenceGraph => {
      sizes.push(vertices)
      graphs.push(create())
      return graphs.at(-1) as ReferenceGraph
    }
    const world = new World([...FOUR, 'judge'], { collector: { createGraph } })
    const held = tieRing(world, FOUR)
    const loose = tieRing(world, FOUR)
    letGo(world, [...held.slice(1), ...loose])
    world.round('judge')

    // alice's held object is no suspect: her report leaves it out, and its holder has it black by that.
    expect(sizes).toEqual([7])
    const [graph] = graphs as [ReferenceGraph]
    expect(graph.objectCount).toBe(7)
    expect([...graph.roots()]).toHaveLength(1)
    const mark = graph.mark()
    expect(mark.finished).toBe(false)
    while (!mark.step(1));
    expect([...mark.whites()]).toHaveLength(4)
    expect([...graph.objects()].filter((object) => mark.isReached(object))).toHaveLength(3)
    expect(alive(world, held)).toEqual(allOf(held, true))
    expect(alive(world, loose)).toEqual(allOf(loose, false))
  })

  it('T3: every owner sweeps its part, and its local collector frees what was inside', () => {
    const world = new World([...FOUR, 'judge'])
    const ring = tieRing(world, FOUR)
    const inner = FOUR.map((name, index) => {
      const object = place(world, name)
      refer(world, ring[index], object)
      return object
    })
    letGo(world, [...ring, ...inner])
    world.round('judge')
    const swept = world.log.filter(({ effect }) => effect.type === 'released' && effect.by === 'verdict')
    expect(swept.map(({ node: name }) => name).sort()).toEqual(FOUR)
    expect(alive(world, inner)).toEqual(allOf(inner, false))
    checkNothingLeft(world)
  })

  it('T3: a coordinator may hold objects itself, and another may take over in the middle', () => {
    const world = new World(FOUR)
    const ring = tieRing(world, FOUR)
    letGo(world, ring)
    // alice begins and hears of bob alone; dave does it all over.
    world.step('alice', { type: 'begin-round', nodes: FOUR.map(node) })
    world.deliver('alice', 'bob')
    world.round('dave')
    expect(alive(world, ring)).toEqual(allOf(ring, false))
    checkNothingLeft(world)
  })

  it('T3: verdicts that come twice, and from two coordinators, are as good as one', () => {
    const world = new World([...FOUR, 'judge', 'jury'])
    const ring = tieRing(world, FOUR)
    letGo(world, ring)
    for (const name of FOUR) for (const coordinator of ['judge', 'jury']) world.report(name, coordinator)
    world.settle()
    for (const coordinator of ['judge', 'judge', 'jury']) world.step(coordinator, { type: 'judge' })
    world.settle()
    for (const name of FOUR) world.collectLocally(name)
    world.settle()
    expect(alive(world, ring)).toEqual(allOf(ring, false))
    checkNothingLeft(world)
  })

  it('T3: a node that does not report keeps everything that it might hold', () => {
    const world = new World([...FOUR, 'judge'])
    const ring = tieRing(world, FOUR)
    letGo(world, ring)
    world.step('judge', { type: 'begin-round', nodes: FOUR.slice(0, 3).map(node) })
    world.settle()
    expect(world.log.at(-1)?.effect).toMatchObject({ type: 'judged', suspects: 3, condemned: 0 })
    expect(alive(world, ring)).toEqual(allOf(ring, true))
  })

  it('T3: a report on a trace that is not of this turn is refused, and nothing changes', () => {
    const world = new World(['alice', 'judge'])
    const { collector, heap } = world.node('alice')
    const ticket = collector.beginReport()
    const trace = heap.trace(collector.pinned)
    world.step('alice', { type: 'deadline' })
    expect(() => world.step('alice', { type: 'report', to: node('judge'), ticket, trace })).toThrow(/void-ticket/)
    expect(world.isBusy('alice', 'judge')).toBe(false)
  })
})
