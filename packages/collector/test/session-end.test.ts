/** What a session that ends leaves behind. Until leases exist nothing cleans that up, and nothing of it is ever unsafe. */
import { describe, expect, it } from 'vitest'
import { reachable } from './support/oracle.js'
import { Stage } from './support/stage.js'
import { node } from './support/world.js'

const TOLERATED = { tolerates: ['session-ended', 'broken'] } as const

describe('when a session ends', () => {
  it('what the holder held counts as held, for listing and for tracing', () => {
    const stage = new Stage(TOLERATED)
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.falloutBetween('alice', 'bob')
    stage.collects('alice')
    stage.world.round('judge')
    const { collector, heap } = stage.world.node('alice')
    expect(heap.resolves(thing)).toBe(true)
    expect(collector.tables.exports).toBe(1)
    expect(collector.referrersOf(thing).map((holder) => holder.node)).toEqual(['bob'])
  })

  it('the imports from it break, once, and leave tables and heap', () => {
    const stage = new Stage(TOLERATED)
    const { world } = stage
    const [one, two] = [
      stage.gives('alice', stage.creates('alice'), 'bob'),
      stage.gives('alice', stage.creates('alice'), 'bob'),
    ]
    stage.falloutBetween('alice', 'bob')
    const broken = world.log.filter((entry) => entry.node === 'bob' && entry.effect.type === 'broken')
    expect(broken).toHaveLength(1)
    const effect = broken[0]?.effect
    expect(effect?.type === 'broken' && [...effect.imports].sort((a, b) => a - b)).toEqual([0, 1])
    expect(world.node('bob').collector.tables.imports).toBe(0)
    expect(world.node('bob').heap.importCount).toBe(0)
    expect([one, two].some((handle) => world.node('bob').roots.includes(handle))).toBe(false)
    stage.collects('bob')
    expect(world.node('bob').heap.objectCount).toBe(0)
  })

  it('the pins of gifts of its objects go, and those of others stay', () => {
    const stage = new Stage(TOLERATED)
    stage.sends('bob', stage.gives('alice', stage.creates('alice'), 'bob'), 'carol')
    stage.sends('bob', stage.gives('carol', stage.creates('carol'), 'bob'), 'alice')
    expect(stage.world.node('bob').collector.tables.pins).toBe(2)
    stage.falloutBetween('alice', 'bob')
    expect(stage.world.node('bob').collector.tables.pins).toBe(1)
  })

  it('sessions with others go on', () => {
    const stage = new Stage(TOLERATED)
    const thing = stage.creates('alice')
    const atCarol = stage.gives('alice', thing, 'carol')
    stage.falloutBetween('alice', 'bob')
    const { collector } = stage.world.node('alice')
    expect(collector.isConnected(node('bob'))).toBe(false)
    expect(collector.isConnected(node('carol'))).toBe(true)
    stage.uses('carol', atCarol)
    stage.arrives('carol', 'alice')
    reachable(stage.world)
  })

  it('a new session with the same node works, and a round tells who was missing meanwhile', () => {
    const stage = new Stage(TOLERATED)
    const { world } = stage
    stage.falloutBetween('alice', 'bob')
    world.step('alice', { type: 'begin-round', nodes: ['bob', 'carol'].map(node) })
    world.settle()
    expect(world.log.at(-1)?.effect).toEqual({ type: 'judged', suspects: 0, condemned: 0, missing: ['bob'] })
    stage.makesUp('alice', 'bob')
    expect(world.node('alice').collector.isConnected(node('bob'))).toBe(true)
    const again = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.uses('bob', again)
    stage.arrives('bob', 'alice')
    reachable(world)
  })

  it('a link that closes and comes back ends nothing: what was under way arrives', () => {
    const stage = new Stage()
    const { world } = stage
    stage.sends('alice', stage.creates('alice'), 'bob')
    // Lost with the link.
    world.wires.get('alice>bob')?.splice(0)
    stage.makesUp('alice', 'bob')
    world.settle()
    expect(world.node('bob').collector.tables.imports).toBe(1)
    stage.ends()
  })

  it('a call to a node without a session is refused and grants nothing', () => {
    const stage = new Stage(TOLERATED)
    stage.falloutBetween('alice', 'bob')
    const thing = stage.creates('alice')
    expect(() => stage.sends('alice', thing, 'bob')).toThrow(/no-session/)
    expect(stage.world.node('alice').collector.tables.exports).toBe(0)
  })
})
