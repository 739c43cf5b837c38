/** Nodes of this process over real sockets. All is closed after each test, and the nodes' tables are to be empty by then. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises'
import { TcpProxy } from '@holdfast/fault-bench/tcp-proxy'
import { createNode, type HoldfastNode, Managed, type NodeOptions, type Remote } from 'holdfast'
import { afterEach, expect } from 'vitest'

export class Counter extends Managed {
  count = 0
  add(more: number): number {
    this.count += more
    return this.count
  }
}

export class Desk extends Managed {
  kept: Counter | Remote<Counter> | null = null
  keep(counter: Counter | Remote<Counter> | null): void {
    this.kept = counter
  }
  give(): Counter | Remote<Counter> | null {
    return this.kept
  }
}

/** What a promise rejects with; `{ resolved }` if it does not. */
export const rejection = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    (value) => ({ resolved: value }),
    (error: unknown) => error,
  )

/** Waits until something holds. */
export async function until(holds: () => boolean, what = 'it', patience = 10_000): Promise<void> {
  const begun = performance.now()
  while (!holds()) {
    if (performance.now() - begun > patience) throw new Error(`${what} did not come true within ${patience} ms`)
    await sleep(2)
  }
}

async function collectGarbage(): Promise<void> {
  for (let pass = 0; pass < 2; pass++) {
    await macrotask()
    ;(globalThis as unknown as { gc: () => void }).gc()
    await macrotask()
  }
}

export interface NetWorld {
  node(id: string, options?: Partial<NodeOptions>): HoldfastNode
  /** A node that listens on a free port. */
  listening(id: string, options?: Partial<NodeOptions>): Promise<{ node: HoldfastNode; address: string }>
  /** A node that is reached by a proxy only. */
  behindProxy(id: string, options?: Partial<NodeOptions>): Promise<{ node: HoldfastNode; proxy: TcpProxy }>
  /** Something to be closed after the test. */
  after(close: () => void): void
  /** Collects everywhere until nothing is held, or fails. */
  settle(): Promise<void>
}

/** A fresh world for each test of a suite. */
export function useNetWorld(): NetWorld {
  let nodes: HoldfastNode[] = []
  let closers: (() => void)[] = []
  afterEach(() => {
    for (const node of nodes) node.close()
    for (const close of closers) close()
    nodes = []
    closers = []
  })
  const world: NetWorld = {
    node(id, options = {}) {
      const node = createNode({ id, rounds: null, ...options })
      nodes.push(node)
      return node
    },
    async listening(id, options) {
      const node = world.node(id, options)
      const { address } = await node.listen(0)
      return { node, address: address ?? '' }
    },
    async behindProxy(id, options) {
      const server = createServer()
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const proxy = await TcpProxy.before((server.address() as AddressInfo).port)
      closers.push(() => {
        proxy.close()
        server.close()
      })
      const node = world.node(id, options)
      await node.listen(server, { address: proxy.address })
      return { node, proxy }
    },
    after(close) {
      closers.push(close)
    },
    async settle() {
      const held = (): number[] => nodes.map(({ tables }) => tables.exports + tables.imports)
      for (let pass = 0; pass < 40; pass++) {
        await collectGarbage()
        for (const node of nodes) await node.collectLocally()
        await sleep(5)
        if (held().every((count) => count === 0)) return
      }
      expect(held()).toEqual(nodes.map(() => 0))
    },
  }
  return world
}
