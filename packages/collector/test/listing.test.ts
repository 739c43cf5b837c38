/** Reference listing on whole nodes: what frees an object without any tracing. */
import type { Message } from '@holdfast/core'
import { DEFAULT_LIMITS } from '@holdfast/session'
import { describe, expect, it, vi } from 'vitest'
import { messagesIn } from './support/frames.js'
import { checkNothingLeft, reachable } from './support/oracle.js'
import { Stage } from './support/stage.js'
import { World } from './support/world.js'

const exportsOf = (world: World, name: string): number => world.node(name).collector.tables.exports
const importsOf = (world: World, name: string): number => world.node(name).collector.tables.imports
const sentBy = (world: World, name: string): number => world.node(name).collector.counts.messagesSent

describe('R3: the last holder lets go', () => {
  it('R3: the owner frees the object by nothing but the drop', () => {
    const world = new World(['alice', 'bob'])
    const thing = world.node('alice').create()
    world.send('alice', { node: 'bob' }, [thing])
    world.settle()
    world.node('alice').letGo(thing)
    world.collectLocally('alice')
    expect(world.node('alice').heap.resolves(thing)).toBe(true)

    const before = sentBy(world, 'alice') + sentBy(world, 'bob')
    world.node('bob').letGoOfAll()
    world.collectLocally('bob')
    world.settle()
    world.collectLocally('alice')

    expect(world.node('alice').heap.resolves(thing)).toBe(false)
    expect(sentBy(world, 'alice') + sentBy(world, 'bob') - before).toBe(1)
    checkNothingLeft(world)
  })

  it('R3: an object that its own node still reaches loses its export and stays', () => {
    const world = new World(['alice', 'bob'])
    const thing = world.node('alice').create()
    world.send('alice', { node: 'bob' }, [thing])
    world.settle()
    world.node('bob').letGoOfAll()
    world.collectLocally('bob')
    world.settle()
    world.collectLocally('alice')
    expect(exportsOf(world, 'alice')).toBe(0)
    expect(world.node('alice').heap.resolves(thing)).toBe(true)
  })

  it('R3: what a freed object referred to elsewhere is dropped in its turn', () => {
    const stage = new Stage()
    const inner = stage.creates('carol')
    const outer = stage.creates('bob')
    stage.links('bob', outer, stage.gives('carol', inner, 'bob'))
    stage.gives('bob', outer, 'alice')
    for (const name of ['alice', 'bob', 'carol']) stage.world.node(name).letGoOfAll()
    for (const name of ['alice', 'bob', 'carol']) {
      stage.world.collectLocally(name)
      stage.world.settle()
    }
    checkNothingLeft(stage.world)
  })
})

describe('R4: one message speaks for many references', () => {
  it('R4: a hundred gifts, their addRefs, acknowledgements and drops are a message each', () => {
    const world = new World(['alice', 'bob', 'carol'])
    const things = Array.from({ length: 100 }, () => world.node('alice').create())
    world.send('alice', { node: 'bob' }, things)
    // So that carol has been told what to prove gifts with.
    world.send('alice', { node: 'carol' }, [world.node('alice').create()])
    world.settle()
    world.node('carol').letGoOfAll()
    world.collectLocally('carol')
    world.settle()
    const said = messagesOf(world, () => {
      world.send('bob', { node: 'carol' }, world.node('bob').roots)
      world.settle()
      world.node('carol').letGoOfAll()
      world.collectLocally('carol')
      world.settle()
    })
    expect(said.map(([from, message]) => [from, message.type])).toEqual([
      ['bob', 'call'],
      ['carol', 'dgc:addRef'],
      ['alice', 'dgc:giftAck'],
      ['carol', 'dgc:dropRef'],
    ])
    const [, addRef, giftAck, dropRef] = said.map(([, message]) => message)
    expect(addRef?.type === 'dgc:addRef' && addRef.entries.length).toBe(100)
    expect(giftAck?.type === 'dgc:giftAck' && giftAck.gifts.length).toBe(100)
    expect(dropRef?.type === 'dgc:dropRef' && dropRef.ids.length).toBe(100)
  })
})

describe('R5: both sides collect at the same time', () => {
  it('R5: drops that cross free both objects', () => {
    const stage = new Stage()
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    const atAlice = stage.gives('bob', stage.creates('bob'), 'alice')
    stage.letsGo('bob', atBob, ...stage.world.node('bob').roots.filter((root) => root !== atBob))
    stage.letsGo('alice', atAlice, ...stage.world.node('alice').roots.filter((root) => root !== atAlice))
    stage.collects('alice')
    stage.collects('bob')
    stage.arrives('alice', 'bob')
    stage.arrives('bob', 'alice')
    stage.collects('alice')
    stage.collects('bob')
    checkNothingLeft(stage.world)
  })

  it('R5: a drop that crosses a grant, and one that crosses a use, take nothing away', () => {
    const stage = new Stage()
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    // A use, then a drop; alice's new grant crosses both.
    stage.uses('bob', atBob)
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    stage.sends('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.arrives('bob', 'alice')
    stage.letsGo('alice', thing)
    stage.arrives('bob', 'alice')
    stage.collects('alice')
    stage.checks()
    stage.arrives('alice', 'bob')
    expect(exportsOf(stage.world, 'alice')).toBe(1)
    stage.ends()
    expect(exportsOf(stage.world, 'alice')).toBe(0)
  })
})

describe('R6: resurrection', () => {
  it('R6: after the drop has arrived, the same object is exported anew under another id', () => {
    const stage = new Stage()
    const thing = stage.creates('alice')
    // The first reference to bob comes behind what he proves gifts with.
    const [, first] = messagesOf(stage.world, () => stage.gives('alice', thing, 'bob'))[1] ?? []
    stage.letsGo('bob', ...stage.world.node('bob').roots)
    stage.collects('bob')
    stage.arrives('bob', 'alice')
    expect(exportsOf(stage.world, 'alice')).toBe(0)
    const [, second] = messagesOf(stage.world, () => stage.gives('alice', thing, 'bob'))[0] ?? []
    expect(first?.type === 'call' && first.references).toEqual([{ kind: 'grant', id: 1 }])
    expect(second?.type === 'call' && second.references).toEqual([{ kind: 'grant', id: 2 }])
    expect(exportsOf(stage.world, 'alice')).toBe(1)
    stage.ends()
  })

  it('R6: a drop that crossed a grant is repeated when that grant is let go of, and then counts', () => {
    const stage = new Stage()
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    stage.sends('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.arrives('bob', 'alice')
    expect(stage.world.node('alice').collector.counts.dropsIgnored).toBe(1)
    stage.letsGo('bob', stage.arrives('alice', 'bob'))
    stage.collects('bob')
    stage.arrives('bob', 'alice')
    stage.collects('alice')
    checkNothingLeft(stage.world)
  })
})

describe('R7: two importers of one object', () => {
  it('R7: one drops, the other keeps and sends it back to the first, then both drop', () => {
    const stage = new Stage()
    const { world } = stage
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    const atCarol = stage.gives('alice', thing, 'carol')
    stage.letsGo('alice', thing)
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    stage.arrives('bob', 'alice')
    stage.collects('alice')
    expect(
      world
        .node('alice')
        .collector.referrersOf(thing)
        .map((holder) => holder.node),
    ).toEqual(['carol'])

    const again = stage.gives('carol', atCarol, 'bob')
    world.settle()
    const holders = world.node('alice').collector.referrersOf(thing)
    expect(holders.map((holder) => holder.node).sort()).toEqual(['bob', 'carol'])

    stage.letsGo('carol', atCarol)
    stage.collects('carol')
    world.settle()
    stage.collects('alice')
    reachable(world)
    expect(world.node('alice').heap.resolves(thing)).toBe(true)

    stage.letsGo('bob', again)
    stage.collects('bob')
    world.settle()
    stage.collects('alice')
    expect(world.node('alice').heap.resolves(thing)).toBe(false)
    checkNothingLeft(world)
  })
})

describe('R8: many references dropped in one go', () => {
  const limits = { ...DEFAULT_LIMITS, maxFrameBytes: 4096, windowBytes: 32 * 1024 }

  it('R8: 100,000 go in frames below the limit, no turn sends more than the window, at a cost in proportion', () => {
    const small = dropAll(10_000, limits)
    const large = dropAll(100_000, limits)
    for (const { frames } of [small, large]) expect(Math.max(...frames)).toBeLessThanOrEqual(limits.maxFrameBytes)
    expect(large.mostBytesInATurn).toBeLessThanOrEqual(limits.windowBytes)
    expect(large.frames.length).toBeGreaterThan(large.mostBytesInATurn / limits.maxFrameBytes)
    // Ids are coded by their gaps: the far ones are no dearer than the near ones.
    expect(large.bytes).toBeLessThan(small.bytes * 11)
    expect(large.bytes / 100_000).toBeLessThan(3)
    // A message holds 65,536 ids at most, so that no list nears the size limit.
    expect(large.messages).toBe(small.messages + 1)
  })

  it('R8: one that is named twice is refused, and nothing is dropped', () => {
    const world = new World(['alice', 'bob'])
    world.send('alice', { node: 'bob' }, [world.node('alice').create()])
    world.settle()
    const [id] = [...world.node('bob').identities.keys()].flatMap(
      (handle) => world.node('bob').heap.importOf(handle) ?? [],
    )
    expect(() => world.step('bob', { type: 'drop', imports: [id, id] })).toThrow(/import-twice/)
    expect(world.node('bob').collector.tables.imports).toBe(1)
  })

  it('R8: the local collection behind it goes in slices', () => {
    const { heap } = new World(['alice']).node('alice')
    const first = heap.create()
    for (let left = 100_000; left > 0; left--) heap.unpin(heap.create())
    heap.beginCollection()
    let slices = 1
    while (!heap.stepCollection(1000)) slices++
    expect(slices).toBeLessThan(10)
    expect(heap.finishCollection({ exported: [], pinnedImports: [] }).freed).toBe(100_000)
    expect(heap.resolves(first)).toBe(true)
  })
})

interface DropCost {
  readonly frames: readonly number[]
  readonly bytes: number
  readonly messages: number
  readonly mostBytesInATurn: number
}

/** Exports that many objects, lets the holder drop all of them at once, and measures the holder's frames. */
function dropAll(count: number, limits: typeof DEFAULT_LIMITS): DropCost {
  const world = new World(['alice', 'bob'], { collector: { limits } })
  const [alice, bob] = [world.node('alice'), world.node('bob')]
  for (let left = count; left > 0; left -= 1000) {
    world.send(
      'alice',
      { node: 'bob' },
      Array.from({ length: 1000 }, () => alice.create()),
    )
    world.settle()
  }
  alice.letGoOfAll()
  bob.letGoOfAll()
  const messages = bob.collector.counts.messagesSent
  const turns: number[] = []
  const frames: number[] = []
  const step = bob.collector.step.bind(bob.collector)
  vi.spyOn(bob.collector, 'step').mockImplementation((event, now) => {
    const effects = step(event, now)
    const lengths = effects.flatMap((effect) => (effect.type === 'transmit' ? effect.frame.length : []))
    frames.push(...lengths)
    turns.push(lengths.reduce((sum, length) => sum + length, 0))
    return effects
  })
  world.collectLocally('bob')
  world.settle()
  world.collectLocally('alice')
  expect(exportsOf(world, 'alice')).toBe(0)
  expect(importsOf(world, 'bob')).toBe(0)
  expect(alice.heap.objectCount).toBe(0)
  return {
    frames,
    bytes: frames.reduce((sum, length) => sum + length, 0),
    messages: bob.collector.counts.messagesSent - messages,
    mostBytesInATurn: Math.max(...turns),
  }
}

/** Which messages the nodes say while something is done. */
function messagesOf(world: World, act: () => void): [from: string, Message][] {
  const said: [string, Message][] = []
  world.onFrame = (from, frame) => {
    for (const message of messagesIn(frame)) said.push([from, message])
  }
  act()
  world.onFrame = null
  return said
}
