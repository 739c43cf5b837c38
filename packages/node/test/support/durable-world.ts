/** Durable nodes and others over links in memory, in real time: each can stop, vanish, and come back. */
import { type Incarnation, nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { Store } from '@holdfast/store'
import { type Link, RealClock } from '@holdfast/transport'
import { MemoryNetwork } from '@holdfast/transport/memory'
import { vi } from 'vitest'
import { DurableHeapNode, type DurableHeapNodeOptions } from '../../src/durable/index.js'
import { HeapNode, type HeapNodeOptions, type IncomingAnswer } from '../../src/index.js'

const LEASE = { term: 2000, drift: 0.01 }

export class DurableWorld {
  readonly clock = new RealClock({ keepAlive: false })
  readonly #network = new MemoryNetwork({ clock: this.clock })
  readonly #nodes = new Map<string, HeapNode>()
  readonly #links = new Map<string, Link>()

  /** A node that forgets everything when it goes. */
  plain(name: string, options: Partial<HeapNodeOptions> = {}): HeapNode {
    const node = new HeapNode({ ...this.#shared(name), incarnation: 1 as Incarnation, ...options })
    this.#nodes.set(name, node)
    return node
  }

  async durable(name: string, store: Store, options: Partial<DurableHeapNodeOptions> = {}): Promise<DurableHeapNode> {
    const node = await DurableHeapNode.open({ ...this.#shared(name), store, ...options })
    this.#nodes.set(name, node)
    return node
  }

  /** Joins two nodes anew. */
  join(a: string, b: string): void {
    this.cut(a, b)
    const [near, far] = this.#network.connect()
    this.#links.set(`${a}|${b}`, near).set(`${b}|${a}`, far)
    this.#nodes.get(a)?.addLink(nodeId(b), near)
    this.#nodes.get(b)?.addLink(nodeId(a), far)
  }

  cut(a: string, b: string): void {
    this.#links.get(`${a}|${b}`)?.close()
    this.#links.delete(`${a}|${b}`)
    this.#links.delete(`${b}|${a}`)
  }

  /** The node is gone like a process that was killed: what it had not written is lost, and nobody hears of it. */
  kill(name: string): void {
    this.#nodes.delete(name)
    for (const pair of this.#links.keys()) {
      const [a, b] = pair.split('|')
      if (a === name || b === name) this.cut(a, b)
    }
  }

  async close(): Promise<void> {
    for (const node of this.#nodes.values()) node.close()
    for (const node of this.#nodes.values()) if (node instanceof DurableHeapNode) await node.stop()
  }

  #shared(name: string): Omit<HeapNodeOptions, 'incarnation'> {
    const self = nodeId(name)
    return {
      node: self,
      clock: this.clock,
      connect: (peer) => {
        if (this.#nodes.has(peer) && !this.#links.has(`${name}|${peer}`)) {
          this.clock.schedule(this.clock.now(), () => this.join(name, peer))
        }
      },
      collector: { lease: LEASE, trusts: () => true, createGraph: undefined },
    }
  }
}

/** Calls, waits for the answer, and keeps its references pinned. */
export async function ask(
  node: HeapNode,
  to: string | Handle,
  { references = [], payload = new Uint8Array(0) }: { references?: readonly Handle[]; payload?: Uint8Array } = {},
): Promise<{ handles: Handle[]; payload: Uint8Array }> {
  const target = typeof to === 'string' ? { node: nodeId(to) } : { target: to }
  const answer = await new Promise<IncomingAnswer>((resolve, reject) => {
    node.call({ to: target, references, payload }, (arrived, failure) => {
      if (arrived === null) {
        reject(new Error(`no answer: ${failure?.code} ${failure?.detail}`))
        return
      }
      for (const handle of arrived.references) if (handle !== null) node.heap.pin(handle)
      resolve({ ...arrived, payload: arrived.payload.slice() })
    })
  })
  return { handles: answer.references as Handle[], payload: answer.payload }
}

/** Waits until something holds. */
export async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 10_000, interval: 5 })
}
