/** A node among others, with everything that happens to it taken down: what is led through the entries is the node. */
import { type NodeId, nodeId, Random } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { describe, expect, it } from 'vitest'
import { type MachineOptions, Machines } from '../../src/durable/machines.js'
import { decodeNodeImage } from '../../src/durable/node-image.js'
import type { HeapNode, IncomingCall } from '../../src/index.js'
import { trusting, useWorld, type World } from '../support/world.js'

const RUNS = Number(process.env['HOLDFAST_RUNS'] ?? 12)
const STEPS = 80
const OPTIONS: MachineOptions = { node: nodeId('bob'), incarnation: 1 as never, collector: trusting }
const NAMES: readonly NodeId[] = ['alice', 'bob', 'carol'].map(nodeId)

/** Programs on three nodes that pass references around, keep some and let go of others. */
class Program {
  readonly #world: World
  readonly #random: Random
  readonly #nodes: readonly HeapNode[]
  readonly #held = new Map<HeapNode, Handle[]>()
  readonly bob: Machines

  constructor(world: World, seed: number) {
    this.#world = world
    this.#random = new Random(seed)
    this.bob = Machines.load(OPTIONS, { image: null, entries: [] })
    const { heap, collector } = this.bob
    const state = { heap, collector, lastCall: 0 }
    this.#nodes = NAMES.map((name) => {
      const onCall = (call: IncomingCall) => this.#answer(name, call)
      return world.node(name, { onCall, ...(name === 'bob' ? { state } : {}) })
    })
    for (const node of this.#nodes) this.#held.set(node, [])
  }

  step(): void {
    const node = this.#random.pick(this.#nodes)
    const held = this.#held.get(node) as Handle[]
    const others = this.#nodes.filter((other) => other !== node)
    switch (this.#random.below(11)) {
      case 0:
      case 1:
        held.push(node.heap.create(node.name === 'bob' ? Uint8Array.of(held.length) : undefined))
        break
      case 2:
      case 3:
      case 4:
        this.#call(node, this.#random.pick(others))
        break
      case 5:
        this.#letGo(node, held)
        break
      case 6:
        this.#refer(node, held)
        break
      case 7:
        node.collectLocally()
        break
      case 8:
        // The round is over when the world has come to rest.
        node.collectCycles(NAMES).catch(() => {})
        break
      case 9:
        this.#breakLink(node, this.#random.pick(others))
        break
      case 10:
        this.#world.pass(this.#random.pick([1, 10, 1000, 40_000]))
        break
    }
    if (this.#random.below(3) > 0) this.#world.pass(5)
  }

  #answer(name: NodeId, { references }: IncomingCall): { references: Handle[]; payload: Uint8Array } {
    const node = this.#nodes.find((other) => other.name === name) as HeapNode
    const held = this.#held.get(node) as Handle[]
    for (const handle of references) {
      if (handle === null) continue
      node.heap.pin(handle)
      held.push(handle)
    }
    const given = held.filter((handle) => !node.heap.isBroken(handle)).slice(0, 1)
    return { references: given, payload: Uint8Array.of(1) }
  }

  #call(from: HeapNode, to: HeapNode): void {
    const held = this.#held.get(from) as Handle[]
    const usable = held.filter((handle) => from.heap.isReachable(handle) && !from.heap.isBroken(handle))
    const references = usable.length === 0 ? [] : [this.#random.pick(usable)]
    from.call({ to: { node: to.name }, references, payload: Uint8Array.of(7) }, (answer) => {
      for (const handle of answer?.references ?? []) {
        if (handle === null) continue
        from.heap.pin(handle)
        held.push(handle)
      }
    })
  }

  #letGo(node: HeapNode, held: Handle[]): void {
    const handle = held.shift()
    if (handle !== undefined) node.heap.unpin(handle)
  }

  #refer(node: HeapNode, held: readonly Handle[]): void {
    const own = held.filter((handle) => node.heap.importOf(handle) === undefined && !node.heap.isBroken(handle))
    if (own.length > 0) node.heap.addReference(this.#random.pick(own), this.#random.pick(held))
  }

  #breakLink(a: HeapNode, b: HeapNode): void {
    if (a.hasLink(b.name)) a.closeLink(b.name)
    this.#world.pass(1)
  }
}

describe('what was taken down', () => {
  const use = useWorld()

  for (let seed = 1; seed <= RUNS; seed++) {
    it(`leads to the same node, to the last number, from its beginning and from any image (${seed})`, async () => {
      const { world } = use
      // What the programs hold, and cycles over the nodes.
      world.leaveAsItIs()
      const program = new Program(world, seed)
      const { bob } = program
      let stored: { image: Uint8Array | null; entries: Uint8Array[] } = {
        image: null,
        entries: [],
      }
      const cutAt = new Random(seed).below(STEPS / 2)
      for (let step = 0; step < STEPS; step++) {
        program.step()
        // Rounds go on from promise to promise.
        for (let turn = 0; turn < 5; turn++) await Promise.resolve()
        if (step % 7 === 0) {
          bob.seal()
          stored.entries.push(bob.recorder.cut())
        }
        if (step < cutAt || stored.image !== null || bob.collector.isInRound || bob.heap.isCollecting) continue
        bob.collector.step({ type: 'checkpoint' }, world.clock.now())
        stored = { image: bob.image(), entries: [] }
        bob.recorder.cut()
      }
      world.run()
      bob.seal()
      stored.entries.push(bob.recorder.cut())
      const led = Machines.load(OPTIONS, stored)
      led.collector.step({ type: 'checkpoint' }, world.clock.now())
      bob.collector.step({ type: 'checkpoint' }, world.clock.now())
      expect(decodeNodeImage(led.image()).state).toEqual(decodeNodeImage(bob.image()).state)
    })
  }
})

describe('S8: a remote that is forgotten', () => {
  const use = useWorld()

  it('has left nothing in the image of the node', () => {
    const { world } = use
    // What carol held, who is gone.
    world.leaveAsItIs()
    const bob = Machines.load(OPTIONS, { image: null, entries: [] })
    const { heap, collector } = bob
    const node = world.node('bob', { state: { heap, collector, lastCall: 0 } })
    const carol = world.node('carol')
    const isKnown = (): boolean => {
      collector.step({ type: 'checkpoint' }, world.clock.now())
      return Buffer.from(bob.image()).includes('carol')
    }
    expect(isKnown()).toBe(false)
    const mine = heap.create()
    node.call({ to: { node: carol.name }, references: [mine] })
    heap.unpin(mine)
    world.run()
    expect(isKnown()).toBe(true)
    carol.close()
    world.cut(node, carol)
    world.pass(15 * 30_000)
    expect(collector.acquaintances).toEqual({ peers: 0, lifetimes: 0, gifters: 0 })
    expect(isKnown()).toBe(false)
  })
})
