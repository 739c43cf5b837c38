/** Nodes that fall silent: what they held goes, what waits for them ends, and what comes back in time has lost nothing. */

import { MAX_GIFT_DEPTH } from '@holdfast/collector'
import { after, type ExportId, type Incarnation, type Instant, type Message, nodeId, WIRE_CODEC } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { type LeaseOptions, leaseTimes } from '@holdfast/lease'
import { describe, expect, it } from 'vitest'
import type { HeapNode, HeapNodeOptions, IncomingAnswer } from '../src/index.js'
import { NO_ENTRIES, trusting, useWorld, type World } from './support/world.js'

const lease: LeaseOptions = { term: 100, drift: 0.01 }
const { ownerTerm, quarantine } = leaseTimes(lease, MAX_GIFT_DEPTH)
const collector = { ...trusting, lease }
const payload = new Uint8Array(0)

/** What became of calls, by name: how many references came with the answer, or null. */
function recorder() {
  const answers: Record<string, number | null> = {}
  const expecting = (name: string) => (answer: IncomingAnswer | null) => {
    answers[name] = answer === null ? null : answer.references.length
  }
  return { answers, expecting }
}

/** A node that answers with an object of its own, pinned once, and pins what it is given. */
function giver(world: World, name: string, options: Partial<HeapNodeOptions> = {}) {
  const kept: Handle[] = []
  const calls: number[] = []
  const node: HeapNode = world.node(name, {
    collector,
    onCall: ({ references, payload: [number] }) => {
      if (number !== undefined) calls.push(number)
      for (const handle of references) {
        if (handle === null) continue
        node.heap.pin(handle)
        kept.push(handle)
      }
      return references.length === 0 && node.heap.resolves(object) ? { references: [object], payload } : undefined
    },
    ...options,
  })
  const object = node.heap.create()
  return { node, object, kept, calls }
}

/** alice and bob hold an object of each other's, and nothing but that keeps either. */
function pair(world: World) {
  const [alice, bob] = [giver(world, 'alice'), giver(world, 'bob')]
  const [bobs] = world.call(alice.node, bob.node.name)
  const [alices] = world.call(bob.node, alice.node.name)
  for (const { node, object } of [alice, bob]) node.heap.unpin(object)
  return { alice: alice.node, bob: bob.node, bobs, alices, alicesObject: alice.object, bobsObject: bob.object }
}

describe('a node that is cut off', () => {
  const use = useWorld()

  it('has what it held freed after the quarantine, not before, and its own references break', () => {
    const { world } = use
    const { alice, bob, alices, alicesObject, bobs, bobsObject } = pair(world)
    const both = () => [alice.heap.resolves(alicesObject), bob.heap.resolves(bobsObject)]
    const heal = world.partition(alice, bob)
    world.pass(quarantine)
    expect([alice.sessions(), bob.sessions()]).toEqual([[], []])
    expect(both(), 'the quarantine began when the lease ended, not before').toEqual([true, true])
    world.pass(ownerTerm)
    expect(both()).toEqual([false, false])
    expect([alice.tables, bob.tables]).toEqual([NO_ENTRIES, NO_ENTRIES])
    expect([alice.heap.isBroken(bobs), bob.heap.isBroken(alices)]).toEqual([true, true])
    heal()
    world.run()
    for (const [node, handle] of [
      [alice, bobs],
      [bob, alices],
    ] as const)
      node.heap.unpin(handle)
  })

  it('that comes back within the quarantine has lost nothing: calls to what it held go on', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const { alice, bob, bobs, alices, bobsObject } = pair(world)
    const heal = world.partition(alice, bob)
    world.pass(quarantine)
    alice.call({ to: { target: bobs } }, expecting('suspended'))
    world.pass(1)
    expect(answers).toEqual({})
    heal()
    world.run()
    expect(answers).toEqual({ suspended: 1 })
    expect(bob.heap.resolves(bobsObject)).toBe(true)
    expect([alice.tables, bob.tables]).toEqual([
      { ...NO_ENTRIES, exports: 1, imports: 1 },
      { ...NO_ENTRIES, exports: 1, imports: 1 },
    ])
    alice.heap.unpin(bobs)
    bob.heap.unpin(alices)
  })

  it('has the calls answered with null that wait for it: at once, or when what they go to breaks', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const { alice, bob, bobs } = pair(world)
    world.partition(alice, bob)
    alice.call({ to: { node: bob.name } }, expecting('under way'))
    world.pass(ownerTerm + 1)
    expect(answers, 'the lease has run out').toEqual({ 'under way': null })
    alice.call({ to: { node: bob.name } }, expecting('to the silent node'))
    alice.call({ to: { target: bobs } }, expecting('to what is suspended'))
    expect(answers, 'never within the call').toEqual({ 'under way': null })
    world.pass(0)
    expect(answers).toEqual({ 'under way': null, 'to the silent node': null })
    expect(alice.isBusy).toBe(true)
    world.pass(quarantine)
    expect(answers).toEqual({ 'under way': null, 'to the silent node': null, 'to what is suspended': null })
    expect(alice.isBusy).toBe(false)
    world.leaveAsItIs()
  })

  it('is missing from a round, which ends without it', async () => {
    const { world } = use
    const { alice, bob } = pair(world)
    world.partition(alice, bob)
    const first = alice.collectCycles([alice.name, bob.name])
    await world.turns()
    world.pass(ownerTerm)
    await world.turns()
    expect((await first).missing).toEqual([bob.name])
    const second = alice.collectCycles([alice.name, bob.name])
    await world.turns()
    world.pass(ownerTerm)
    await world.turns()
    expect((await second).missing).toEqual([bob.name])
    world.leaveAsItIs()
  })
})

describe('a turn that takes longer than the lease', () => {
  const use = useWorld()

  it('may make calls although its sessions are over by then: they are answered, or told that they will not be', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    let late = 0
    const clock = {
      now: () => after(world.clock.now(), late),
      schedule: (at: Instant, action: () => void) => world.clock.schedule(after(at, -late), action),
    }
    const alice = giver(world, 'alice', { clock })
    const bob = giver(world, 'bob')
    const [bobs] = world.call(alice.node, bob.node.name)
    for (const { node, object } of [alice, bob]) node.heap.unpin(object)
    late = ownerTerm
    alice.node.call({ to: { node: bob.node.name } }, expecting('node'))
    alice.node.call({ to: { target: bobs } }, expecting('import'))
    world.run()
    expect(answers).toEqual({ node: null, import: 1 })
    alice.node.heap.unpin(bobs)
    for (const handle of bob.kept) bob.node.heap.unpin(handle)
  })
})

describe('a node that is never reached', () => {
  const use = useWorld()

  it('has calls answered with null and rounds ended after a term', async () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const alice = giver(world, 'alice')
    const nobody = nodeId('nobody')
    alice.node.call({ to: { node: nobody }, references: [alice.object] }, expecting('call'))
    const round = alice.node.collectCycles([nobody])
    world.pass(ownerTerm - 1)
    expect(answers).toEqual({})
    world.pass(1)
    expect(answers).toEqual({ call: null })
    expect((await world.settled(round)).missing).toEqual([nobody])
    expect(alice.node.heap.pinCount(alice.object)).toBe(1)
    alice.node.heap.unpin(alice.object)
  })

  it('because it knows a later lifetime of this one, has calls answered with null at once', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const bob = world.node('bob', { collector })
    const later = world.node('alice', { collector, incarnation: 2 as Incarnation })
    world.call(later, bob.name)
    world.cut(later, bob)
    later.close()
    const twin = world.node('alice', { collector })
    world.wire(twin.name, bob.name)
    twin.call({ to: { node: bob.name } }, expecting('twin'))
    world.pass(ownerTerm / 2)
    expect(answers).toEqual({ twin: null })
    expect(twin.isBusy).toBe(false)
  })
})

describe('what gives a reference away', () => {
  const use = useWorld()

  /** bob holds an object of alice's, and has a session with carol. */
  function third(world: World) {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => giver(world, name))
    const [held] = world.call(bob.node, alice.node.name)
    alice.node.heap.unpin(alice.object)
    const [carols] = world.call(bob.node, carol.node.name)
    for (const [node, handle] of [
      [bob.node, bob.object],
      [bob.node, carols],
      [carol.node, carol.object],
    ] as const)
      node.heap.unpin(handle)
    for (const { node } of [bob, carol]) node.collectLocally()
    return { alice, bob, carol, held }
  }

  it('waits until the owner is back, with all that follows it to the same node, in order', () => {
    const { world } = use
    const { alice, bob, carol, held } = third(world)
    const heal = world.partition(alice.node, bob.node)
    world.pass(ownerTerm * 2)
    bob.node.call({ to: { node: carol.node.name }, references: [held], payload: Uint8Array.of(1) })
    bob.node.call({ to: { node: carol.node.name }, references: [held], payload: Uint8Array.of(2) })
    bob.node.call({ to: { node: carol.node.name }, payload: Uint8Array.of(3) })
    bob.node.heap.unpin(held)
    bob.node.collectLocally()
    world.pass(ownerTerm)
    expect(carol.calls).toEqual([])
    expect(bob.node.isBusy).toBe(true)
    heal()
    world.run()
    expect(carol.calls).toEqual([1, 2, 3])
    expect(carol.node.tables.imports).toBe(1)
    expect(alice.node.heap.resolves(alice.object)).toBe(true)
    for (const handle of carol.kept) carol.node.heap.unpin(handle)
  })

  it('gets null when the reference breaks meanwhile, and lets pass what waited behind it', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const { alice, bob, carol, held } = third(world)
    world.partition(alice.node, bob.node)
    world.pass(ownerTerm * 2)
    const { name } = carol.node
    bob.node.call({ to: { node: name }, references: [held], payload: Uint8Array.of(1) }, expecting('gift'))
    bob.node.call({ to: { node: name }, payload: Uint8Array.of(2) }, expecting('behind'))
    world.pass(quarantine)
    expect(answers).toEqual({ gift: null, behind: 0 })
    expect(carol.calls).toEqual([2])
    expect(bob.node.heap.pinCount(held)).toBe(1)
    bob.node.heap.unpin(held)
    world.leaveAsItIs()
  })

  it('waits in an answer, too, and the caller gets an empty one if it breaks', () => {
    const { world } = use
    const { alice, bob, carol, held } = third(world)
    const { answers, expecting } = recorder()
    const passed: Handle[] = []
    const dave = world.node('dave', { collector, onCall: () => ({ references: passed, payload }) })
    alice.node.heap.pin(alice.object)
    world.call(carol.node, dave.name)
    passed.push(...world.call(dave, alice.node.name))
    bob.node.heap.unpin(held)
    const heal = world.partition(alice.node, dave)
    world.pass(ownerTerm * 2)
    carol.node.call({ to: { node: dave.name } }, expecting('healed'))
    world.pass(ownerTerm)
    expect(answers).toEqual({})
    heal()
    world.run()
    expect(answers).toEqual({ healed: 1 })
    world.partition(alice.node, dave)
    world.pass(ownerTerm * 2)
    carol.node.call({ to: { node: dave.name } }, expecting('broken'))
    world.pass(quarantine)
    expect(answers).toEqual({ healed: 1, broken: 0 })
    world.leaveAsItIs()
  })

  it('waits at the allowed depth until the owner has acknowledged the gift it came by', () => {
    const { world } = use
    const { alice, bob, carol, held } = third(world)
    const dave = giver(world, 'dave')
    const eve = giver(world, 'eve')
    // Who is given the reference cannot claim it for the time being.
    world.mayJoin = (from, to) => ![from, to].includes(alice.node.name)
    const pass = (from: HeapNode, to: HeapNode, handle: Handle): void => {
      from.call({ to: { node: to.name }, references: [handle], payload: Uint8Array.of(1) })
      world.pass(1)
    }
    pass(bob.node, carol.node, held)
    pass(carol.node, dave.node, carol.kept[0])
    pass(dave.node, eve.node, dave.kept[0])
    expect([carol.kept.length, dave.kept.length]).toEqual([1, 1])
    expect(eve.calls, 'two gifts lie unacknowledged behind this one').toEqual([])
    world.mayJoin = () => true
    world.run()
    expect(eve.calls).toEqual([1])
    expect(alice.node.tables.exports).toBe(1)
    bob.node.heap.unpin(held)
    for (const { node, kept, object } of [dave, eve]) {
      node.heap.unpin(object)
      for (const handle of kept) node.heap.unpin(handle)
    }
    for (const handle of carol.kept) carol.node.heap.unpin(handle)
  })

  it('waits up to a limit', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const alice = world.node('alice', { collector, maxWaiting: 2 })
    const nobody = nodeId('nobody')
    for (const name of ['one', 'two']) alice.call({ to: { node: nobody } }, expecting(name))
    const mine = alice.heap.create()
    expect(() => alice.call({ to: { node: nobody }, references: [mine] })).toThrow(
      expect.objectContaining({ code: 'too-many-waiting' }),
    )
    expect(alice.heap.pinCount(mine)).toBe(1)
    alice.heap.unpin(mine)
    world.run()
    expect(answers).toEqual({ one: null, two: null })
  })
})

describe('a call to what is gone', () => {
  const use = useWorld()
  const GONE = 98 as ExportId

  /** bob's object as alice has it, and calls from her to it that arrive as calls to something gone. */
  function misdirected(world: World, decode: (message: Message) => Message) {
    const codec = {
      encode: (message: Message) =>
        WIRE_CODEC.encode(message.type === 'call' && message.target !== null ? { ...message, target: GONE } : message),
      decode: (bytes: Uint8Array) => decode(WIRE_CODEC.decode(bytes)),
    }
    const alice = world.node('alice', { collector: { ...collector, codec } })
    const bob = giver(world, 'bob')
    const [bobs] = world.call(alice, bob.node.name)
    bob.node.heap.unpin(bob.object)
    return { alice, bobs }
  }

  it('is answered with nothing', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const { alice, bobs } = misdirected(world, (message) => message)
    alice.call({ to: { target: bobs } }, expecting('call'))
    world.run()
    expect(answers).toEqual({ call: 0 })
    expect(alice.sessions()).toHaveLength(1)
    alice.heap.unpin(bobs)
  })

  it('is answered with null where the owner says that it is', () => {
    const { world } = use
    const { answers, expecting } = recorder()
    const { alice, bobs } = misdirected(world, (message) =>
      message.type === 'dgc:broken' ? { ...message, ids: Float64Array.of(1) } : message,
    )
    alice.call({ to: { target: bobs } }, expecting('call'))
    world.pass(1)
    expect(answers).toEqual({ call: null })
    expect(alice.heap.isBroken(bobs)).toBe(true)
    alice.heap.unpin(bobs)
    world.leaveAsItIs()
  })
})

describe('two nodes that have nothing to say', () => {
  const use = useWorld()

  it('exchange pings and wake for nothing else', () => {
    const { world } = use
    const [alice, bob] = [world.node('alice', { collector }), world.node('bob', { collector })]
    world.call(alice, bob.name)
    const sent = alice.counts.messagesSent
    const until = world.clock.now() + 1000 * ownerTerm
    let events = 0
    for (; world.clock.now() < until; events++) world.clock.step()
    const pings = alice.counts.messagesSent - sent
    expect(alice.sessions()).toHaveLength(1)
    expect(pings).toBeGreaterThan(1000)
    expect(pings).toBeLessThan(5000)
    // For a ping of each: a timer noticed and acted on, a frame that arrives, and the same for its acknowledgement.
    expect(events / pings).toBeLessThan(2 * 6.1)
  })
})
