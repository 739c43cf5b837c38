/**
 * Nodes over a network in memory and virtual time. `useWorld` gives every test a fresh one, and when the test is over asserts
 * that nothing is left: no entry in a table, no object, no timer, nothing under way.
 */
import { type Incarnation, type NodeId, nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { type Link, type LinkHandlers, VirtualClock } from '@holdfast/transport'
import { type MemoryLink, MemoryNetwork, type MemoryNetworkOptions } from '@holdfast/transport/memory'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { type Answer, HeapNode, type HeapNodeOptions, type IncomingAnswer, type IncomingCall } from '../../src/index.js'

const trusting = { trusts: (): boolean => true, createGraph: undefined }

export class World {
  readonly clock = new VirtualClock()
  readonly #network: MemoryNetwork
  readonly #nodes = new Map<NodeId, HeapNode>()
  /** The open link between two nodes, seen from the first. */
  readonly #links = new Map<string, MemoryLink>()
  /** How often each node asked for a link. */
  readonly connects: string[] = []
  #checked = true

  constructor(network: Omit<MemoryNetworkOptions, 'clock'> = {}) {
    this.#network = new MemoryNetwork({ clock: this.clock, ...network })
  }

  node(name: string, options: Partial<HeapNodeOptions> = {}): HeapNode {
    const self = nodeId(name)
    const node = new HeapNode({
      node: self,
      incarnation: 1 as Incarnation,
      clock: this.clock,
      connect: (peer) => {
        this.connects.push(`${name}>${peer}`)
        this.clock.schedule(this.clock.now(), () => this.wire(self, peer))
      },
      collector: trusting,
      ...options,
    })
    this.#nodes.set(self, node)
    return node
  }

  /** Joins two nodes, unless they are. @param change what happens to frames on their way to the second */
  wire(a: NodeId, b: NodeId, change?: (frame: Uint8Array) => Uint8Array): void {
    if (this.#links.has(`${a}|${b}`)) return
    const [near, far] = this.#network.connect()
    this.#links.set(`${a}|${b}`, near).set(`${b}|${a}`, far)
    this.#nodes.get(a)?.addLink(b, near)
    this.#nodes.get(b)?.addLink(a, change === undefined ? far : changing(far, change))
  }

  /** One node's end of the link to another. */
  link(from: HeapNode, to: HeapNode): MemoryLink {
    const link = this.#links.get(`${from.name}|${to.name}`)
    if (link === undefined) throw new Error(`${from.name} and ${to.name} are not wired`)
    return link
  }

  /** Breaks the link between two nodes; `wire` joins them again. */
  cut(a: HeapNode, b: HeapNode): void {
    this.link(a, b).sever()
    this.#links.delete(`${a.name}|${b.name}`)
    this.#links.delete(`${b.name}|${a.name}`)
    this.run()
  }

  /** Joins two nodes by a second link while the first is open. */
  replaceLink(a: HeapNode, b: HeapNode): void {
    this.#links.delete(`${a.name}|${b.name}`)
    this.wire(a.name, b.name)
  }

  /** Runs until nothing is left to happen. */
  run(): void {
    this.clock.runUntilIdle({ limit: 100_000 })
  }

  /** Runs, and lets go on what waits for promises, until both have come to rest. */
  async turns(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) {
      this.run()
      await Promise.resolve()
    }
  }

  /** Waits for a promise, with the clock running. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let over = false
    const end = (): void => {
      over = true
    }
    promise.then(end, end)
    for (let turns = 0; turns < 1000 && !over; turns++) {
      this.run()
      await Promise.resolve()
    }
    expect(over, 'the promise is kept when nothing is left to happen').toBe(true)
    return promise
  }

  /** Calls and runs until the answer is there; its references stay pinned. */
  call(from: HeapNode, to: NodeId | Handle, references: readonly Handle[] = []): Handle[] {
    let received: IncomingAnswer | null | undefined
    const target = typeof to === 'string' ? { node: to } : { target: to }
    from.call({ to: target, references }, (answer) => {
      received = answer
      for (const handle of answer?.references ?? []) if (handle !== null) from.heap.pin(handle)
    })
    this.run()
    expect(received, 'the call was answered').toBeTruthy()
    return received?.references as Handle[]
  }

  /** For a test that leaves something behind on purpose, such as rows in quarantine. */
  leaveAsItIs(): void {
    this.#checked = false
  }

  /** Lets every node collect until no drop is left, then looks at what is left. */
  expectNothingLeft(): void {
    this.run()
    if (!this.#checked) return
    for (let round = 0; round < this.#nodes.size; round++) {
      for (const node of this.#nodes.values()) node.collectLocally()
      this.run()
    }
    const left = [...this.#nodes].map(([name, { tables, heap, isBusy }]) => {
      return { name, ...tables, objects: heap.objectCount, imported: heap.importCount, isBusy }
    })
    const none = { exports: 0, imports: 0, pins: 0, objects: 0, imported: 0, isBusy: false }
    expect(left).toEqual([...this.#nodes.keys()].map((name) => ({ name, ...none })))
    expect(this.clock.pending).toBe(0)
  }

  close(): void {
    for (const node of this.#nodes.values()) node.close()
    this.run()
    expect(this.clock.pending, 'a closed node leaves no timer').toBe(0)
  }
}

function changing(link: Link, change: (frame: Uint8Array) => Uint8Array): Link {
  const start = (handlers: LinkHandlers): void =>
    link.start({ ...handlers, onFrame: (frame) => handlers.onFrame(change(frame)) })
  const { reliable, maxFrameBytes } = link
  return { reliable, maxFrameBytes, start, send: (frame) => link.send(frame), close: () => link.close() }
}

/** A fresh world for each test, and the check that each leaves it as it found it. */
export function useWorld(network: Omit<MemoryNetworkOptions, 'clock'> = {}): { readonly world: World } {
  const use = { world: new World(network) }
  beforeEach(() => {
    use.world = new World(network)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    use.world.expectNothingLeft()
    use.world.close()
  })
  return use
}

/** A handler that stores what arrives as references of a new object, pinned, and answers with that object. */
export function keeping(node: () => HeapNode, stored: Handle[]): (call: IncomingCall) => Answer {
  return ({ references }) => {
    const { heap } = node()
    const object = heap.create()
    for (const handle of references) if (handle !== null) heap.addReference(object, handle)
    stored.push(object)
    return { references: [object], payload: new Uint8Array(0) }
  }
}
