import { MessageChannel } from 'node:worker_threads'
import { type Incarnation, type NodeId, nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { RealClock } from '@holdfast/transport'
import { messagePortLink } from '@holdfast/transport/message-port'
import { afterEach, expect, it, vi } from 'vitest'
import { type Answer, HeapNode, type IncomingCall } from '../src/index.js'
import { keeping, NO_ENTRIES } from './support/world.js'

const clock = new RealClock()
const nodes = new Map<NodeId, HeapNode>()

afterEach(async () => {
  await vi.waitUntil(() => [...nodes.values()].every((node) => !node.isBusy))
  const left = [...nodes.values()].map(({ tables, heap }) => ({ ...tables, objects: heap.objectCount }))
  for (const node of nodes.values()) node.close()
  nodes.clear()
  expect(left).toEqual(left.map(() => ({ ...NO_ENTRIES, objects: 0 })))
})

function start(name: string, onCall?: (call: IncomingCall) => Answer): HeapNode {
  const self = nodeId(name)
  const connect = (peer: NodeId): void => {
    const { port1, port2 } = new MessageChannel()
    nodes.get(self)?.addLink(peer, messagePortLink(port1))
    nodes.get(peer)?.addLink(self, messagePortLink(port2))
  }
  const options = { node: self, incarnation: 1 as Incarnation, clock, connect }
  const collector = { trusts: () => true, createGraph: undefined }
  const node = new HeapNode({ ...options, collector, ...(onCall === undefined ? {} : { onCall }) })
  nodes.set(self, node)
  return node
}

it('frees a cycle over two nodes in real time over message ports', async () => {
  const stored: Handle[] = []
  const alice = start('alice')
  const bob: HeapNode = start(
    'bob',
    keeping(() => bob, stored),
  )
  const alices = alice.heap.create()
  await new Promise<void>((resolve) => {
    alice.call({ to: { node: bob.name }, references: [alices] }, (answer) => {
      alice.heap.addReference(alices, answer?.references[0] as Handle)
      resolve()
    })
  })
  const [bobs] = stored
  bob.heap.unpin(bobs)
  expect((await alice.collectCycles([alice.name, bob.name])).condemned).toBe(0)
  expect(bob.heap.resolves(bobs)).toBe(true)

  alice.heap.unpin(alices)
  expect((await alice.collectCycles([alice.name, bob.name])).condemned).toBe(2)
  await vi.waitUntil(() => !alice.heap.resolves(alices) && !bob.heap.resolves(bobs))
  await vi.waitUntil(() => [alice, bob].every(({ tables }) => tables.exports + tables.imports === 0))
})

it('frees what a holder lets go of, in real time over message ports', async () => {
  const stored: Handle[] = []
  const alice = start('alice')
  const bob: HeapNode = start(
    'bob',
    keeping(() => bob, stored),
  )
  const alices = alice.heap.create()
  alice.call({ to: { node: bob.name }, references: [alices] })
  alice.heap.unpin(alices)
  await vi.waitUntil(() => stored.length === 1)
  alice.collectLocally()
  expect(alice.heap.resolves(alices)).toBe(true)
  bob.heap.unpin(stored[0])
  bob.collectLocally()
  await vi.waitUntil(() => !alice.heap.resolves(alices))
})
