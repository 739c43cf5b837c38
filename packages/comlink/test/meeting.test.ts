/** Two nodes have one port to each other, whoever asks whom and however often. */
import { MessageChannel } from 'node:worker_threads'
import type { HoldfastNode } from '@holdfast/node'
import { describe, expect, it } from 'vitest'
import type { Port } from '../src/handshake.js'
import { Meeting } from '../src/meeting.js'

/** A node that has what meetings look at. */
function fakeNode(id: string): { node: HoldfastNode; peers: string[]; met: (() => void)[] } {
  const peers: string[] = []
  const met: (() => void)[] = []
  const connect = () => new Promise<void>((resolve) => met.push(resolve))
  return { node: { id, peers, connect } as unknown as HoldfastNode, peers, met }
}

describe('a meeting', () => {
  it('has its port made by the node with the lesser name', () => {
    const { node, met } = fakeNode('bob')
    const meeting = new Meeting(node)
    expect(meeting.portFor('alice')).toBe(null)
    expect(met).toHaveLength(0)
    const port = meeting.portFor('carol') as Port
    expect(met).toHaveLength(1)
    port.close()
  })

  it('makes no second port while one is on its way, nor when there is a session', async () => {
    const { node, peers, met } = fakeNode('alice')
    const meeting = new Meeting(node)
    const { port1 } = new MessageChannel()
    meeting.meet('bob', port1)
    expect(meeting.portFor('bob')).toBe(null)
    peers.push('bob')
    met[0]()
    await Promise.resolve()
    expect(meeting.portFor('bob')).toBe(null)
    port1.close()
  })

  it('makes another when the first was lost', async () => {
    const { node, met } = fakeNode('alice')
    const meeting = new Meeting(node)
    const { port1 } = new MessageChannel()
    meeting.meet('bob', port1)
    met[0]()
    await new Promise((resolve) => setImmediate(resolve))
    const port = meeting.portFor('bob') as Port
    expect(met).toHaveLength(2)
    port.close()
    port1.close()
  })
})
