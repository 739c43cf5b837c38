/** Nodes of one thread, joined by message ports, with the real V8. After each test both tables of each are to be empty. */

import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, expect } from 'vitest'
import { createNode, type HoldfastNode, type NodeOptions } from '../../src/index.js'

/** Joins two nodes. */
export async function join(one: HoldfastNode, other: HoldfastNode): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  await Promise.all([one.connect(port1), other.connect(port2)])
}

/** Forces V8 to collect, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  for (let pass = 0; pass < 2; pass++) {
    await macrotask()
    ;(globalThis as unknown as { gc: () => void }).gc()
    await macrotask()
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean, what = 'it', patience = 5000): Promise<void> {
  const begun = performance.now()
  while (!holds()) {
    if (performance.now() - begun > patience) throw new Error(`${what} did not come true within ${patience} ms`)
    await sleep(2)
  }
}

/** What a promise rejects with; `{ resolved }` if it does not. */
export const rejection = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    (value) => ({ resolved: value }),
    (error: unknown) => error,
  )

export interface FaceWorld {
  node(id: string, options?: Partial<NodeOptions>): HoldfastNode
  /** Nodes by name, each joined to all others. */
  mesh(...ids: string[]): Promise<HoldfastNode[]>
  /** Collects garbage everywhere until the tables of all nodes are as given, or time is up. */
  settle(expected?: { exports: number; imports: number }): Promise<void>
}

/** A fresh world for each test of a suite. */
export function useFaceWorld(): FaceWorld {
  let nodes: HoldfastNode[] = []
  afterEach(() => {
    for (const node of nodes) node.close()
    nodes = []
  })
  const world: FaceWorld = {
    node(id, options = {}) {
      const node = createNode({ id, rounds: null, ...options })
      nodes.push(node)
      return node
    },
    async mesh(...ids) {
      const made = ids.map((id) => world.node(id))
      for (const [index, one] of made.entries()) for (const other of made.slice(0, index)) await join(one, other)
      return made
    },
    async settle(expected = { exports: 0, imports: 0 }) {
      const total = { exports: 0, imports: 0 }
      for (let pass = 0; pass < 20; pass++) {
        await collectGarbage()
        for (const node of nodes) await node.collectLocally()
        await sleep(5)
        total.exports = nodes.reduce((sum, node) => sum + node.tables.exports, 0)
        total.imports = nodes.reduce((sum, node) => sum + node.tables.imports, 0)
        if (total.exports === expected.exports && total.imports === expected.imports) return
      }
      expect(total).toEqual(expected)
    },
  }
  return world
}
