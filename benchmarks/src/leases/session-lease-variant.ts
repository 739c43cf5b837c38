/** Two nodes in virtual time, one of which holds references to the other's objects and has nothing else to say. */
import { after, assert, incarnation, nodeId } from '@holdfast/core'
import { DEFAULT_LEASE } from '@holdfast/lease'
import { HeapNode } from '@holdfast/node'
import { VirtualClock } from '@holdfast/transport'
import { MemoryNetwork } from '@holdfast/transport/memory'
import type { Variant } from '../suite.js'

const TERMS = 20
/** References that come with one answer. */
const PER_ANSWER = 1_000
const MAX_EVENTS = 1_000_000

export async function startSessionLease(references: number): Promise<Variant> {
  const clock = new VirtualClock()
  const network = new MemoryNetwork({ clock })
  const node = (name: string, answers = 0): HeapNode =>
    new HeapNode({
      node: nodeId(name),
      incarnation: incarnation(1),
      clock,
      connect: () => {},
      onCall: () => ({
        references: Array.from({ length: answers }, () => owner.heap.create()),
        payload: new Uint8Array(0),
      }),
    })
  const owner = node('owner', Math.min(references, PER_ANSWER))
  const holder = node('holder')
  const [near, far] = network.connect()
  owner.addLink(holder.name, near)
  holder.addLink(owner.name, far)
  for (let asked = 0; asked < references; asked += PER_ANSWER) {
    holder.call({ to: { node: owner.name }, references: [], payload: new Uint8Array(0) }, (answer) => {
      for (const handle of answer?.references ?? []) if (handle !== null) holder.heap.pin(handle)
    })
  }
  const pass = (terms: number): void =>
    void clock.advanceTo(after(clock.now(), terms * DEFAULT_LEASE.term), { limit: MAX_EVENTS })
  pass(2)
  assert(holder.tables.imports === references, 'all references are held', { imports: holder.tables.imports })
  return {
    round: () => {
      const { bytes } = network.counters
      const before = holder.counts.messagesSent + owner.counts.messagesSent
      pass(TERMS)
      assert(owner.tables.exports === references, 'the lease was renewed all the time', {
        exports: owner.tables.exports,
      })
      return {
        'bytes a term': (network.counters.bytes - bytes) / TERMS,
        'messages a term': (holder.counts.messagesSent + owner.counts.messagesSent - before) / TERMS,
      }
    },
  }
}
