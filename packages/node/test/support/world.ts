/**
 * Nodes over a network in memory and virtual time. `useWorld` gives every test a fresh one, and when the test is over asserts
 * that nothing is left: no entry in a table, no object, nothing under way, and no timer of a closed node.
 */
import { after, type Duration, type Incarnation, type NodeId, nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { type Link, type LinkHandlers, VirtualClock } from '@holdfast/transport'
import { type MemoryLink, MemoryNetwork, type MemoryNetworkOptions } from '@holdfast/transport/memory'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { type Answer, HeapNode, type HeapNodeOptions, type IncomingAnswer, type IncomingCall } from '../../src/index.js'

/** What a node of a test trusts and judges with. */
export const trusting = { trusts: (): boolean => true, createGraph: undefined }

/** The tables of a node that neither holds nor is held, and has nothing left to settle. */
export const NO_ENTRIES = { exports: 0, imports: 0, pins: 0, quarantined: 0, claims: 0, suspended: 0, unvouched: 0 }

/** Longer than an acknowledgement waits for company, or a collection for the end of a cascade. */
const GRACE_MS = 110
/** A world that has not come to rest after so many events never will. */
const MAX_EVENTS = 200_000

export class World {
  readonly clock = new VirtualClock()
  readonly #network: MemoryNetwork
  readonly #nodes = new Map<NodeId, HeapNode>()
  /** The open link between two nodes, seen from the first. */
  readonly #links = new Map<string, MemoryLink>()
  /** How often each node asked for a link. */
  readonly connects: string[] = []
  /** Whether a node that asks for a link to another gets one. */
  mayJoin: (from: NodeId, to: NodeId) => boolean = () => true
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
        if (this.mayJoin(self, peer)) this.clock.schedule(this.clock.now(), () => this.wire(self, peer))
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
    const onClose = (): void => {
      if (this.#links.get(`${a}|${b}`) === near) this.#forgetLink(a, b)
    }
    this.#nodes.get(a)?.addLink(b, watched(near, { onClose }))
    this.#nodes.get(b)?.addLink(a, watched(far, { onClose, ...(change === undefined ? {} : { change }) }))
  }

  /** One node's end of the link to another. */
  link(from: HeapNode, to: HeapNode): MemoryLink {
    const link = this.#links.get(`${from.name}|${to.name}`)
    if (link === undefined) throw new Error(`${from.name} and ${to.name} are not wired`)
    return link
  }

  /** Breaks the link between two nodes, who ask for another in vain; `wire` joins them again. */
  cut(a: HeapNode, b: HeapNode): void {
    const mayJoin = this.mayJoin
    const pair = new Set([a.name, b.name])
    this.mayJoin = (from, to) => mayJoin(from, to) && !(pair.has(from) && pair.has(to))
    this.link(a, b).sever()
    this.#forgetLink(a.name, b.name)
    this.pass(1)
  }

  /** Whatever two nodes say to each other is held back, though the link stays open. @returns lets it through again */
  partition(a: HeapNode, b: HeapNode): () => void {
    const links = [this.link(a, b), this.link(b, a)]
    for (const link of links) link.block()
    return () => {
      for (const link of links) link.unblock()
    }
  }

  /** Joins two nodes by a second link while the first is open. */
  replaceLink(a: HeapNode, b: HeapNode): void {
    this.#forgetLink(a.name, b.name)
    this.wire(a.name, b.name)
  }

  /** Lets some time pass, whatever happens in it. */
  pass(time: Duration): void {
    this.clock.advanceTo(after(this.clock.now(), time), { limit: MAX_EVENTS })
  }

  /** Runs until nothing is left to happen but pings: nobody is busy, and each has received what the others sent. */
  run(): void {
    for (let events = 0; events < MAX_EVENTS; events++) {
      if (this.#isAtRest()) {
        this.pass(GRACE_MS)
        if (this.#isAtRest()) return
      }
      if (!this.clock.step()) return
    }
    throw new Error('the world does not come to rest')
  }

  #isAtRest(): boolean {
    for (const node of this.#nodes.values()) {
      if (node.isBusy || node.missedNodes().some((name) => this.#nodes.has(name))) return false
      for (const { peer, sent, received } of node.sessions()) {
        const back = this.#nodes
          .get(peer)
          ?.sessions()
          .find((session) => session.peer === node.name)
        if (back?.sent !== received || back.received !== sent) return false
      }
    }
    return true
  }

  #forgetLink(a: NodeId, b: NodeId): void {
    this.#links.delete(`${a}|${b}`)
    this.#links.delete(`${b}|${a}`)
  }

  /** Lets a little time pass, and lets go on what waits for promises. */
  async turns(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) {
      this.pass(1)
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
    const none = { ...NO_ENTRIES, objects: 0, imported: 0, isBusy: false }
    expect(left).toEqual([...this.#nodes.keys()].map((name) => ({ name, ...none })))
  }

  close(): void {
    for (const node of this.#nodes.values()) node.close()
    this.pass(GRACE_MS)
    expect(this.clock.pending, 'a closed node leaves no timer').toBe(0)
  }
}

interface Watch {
  readonly onClose: () => void
  readonly change?: (frame: Uint8Array) => Uint8Array
}

/** A link that tells when it is over, and may change what arrives. */
function watched(link: Link, { onClose, change = (frame) => frame }: Watch): Link {
  const start = (handlers: LinkHandlers): void =>
    link.start({
      onFrame: (frame) => handlers.onFrame(change(frame)),
      onClose: (reason) => {
        onClose()
        handlers.onClose(reason)
      },
    })
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
