import { nodeId } from '@holdfast/core'
import { expect, it } from 'vitest'
import type { NodeStatus } from '../src/graph/graph-node.js'
import { restingState } from '../src/graph/quiet.js'

type Sessions = Record<string, readonly [sent: number, received: number]>

const status = (sessions: Sessions, busy = false, missed: readonly string[] = []): NodeStatus => ({
  sessions: Object.entries(sessions).map(([peer, [sent, received]]) => ({ peer: nodeId(peer), sent, received })),
  busy,
  missed,
  alarms: 0,
})

const cluster = (nodes: Record<string, NodeStatus>): string | null => restingState(new Map(Object.entries(nodes)))

it('rests when what each sent the other has received', () => {
  expect(cluster({ a: status({ b: [3, 5] }), b: status({ a: [5, 3] }) })).not.toBeNull()
  expect(cluster({})).not.toBeNull()
  expect(cluster({ a: status({}), b: status({}) })).not.toBeNull()
})

it('does not rest while a message is under way, in either direction', () => {
  expect(cluster({ a: status({ b: [4, 5] }), b: status({ a: [5, 3] }) })).toBeNull()
  expect(cluster({ a: status({ b: [3, 4] }), b: status({ a: [5, 3] }) })).toBeNull()
})

it('does not rest while one end alone has a session', () => {
  expect(cluster({ a: status({ b: [0, 0] }), b: status({}) })).toBeNull()
})

it('does not rest while somebody is busy', () => {
  expect(cluster({ a: status({}), b: status({}, true) })).toBeNull()
})

it('does not rest while somebody misses a session with one who is there, and does with one who is not', () => {
  expect(cluster({ a: status({}, false, ['b']), b: status({}) })).toBeNull()
  expect(cluster({ a: status({}, false, ['lost']), b: status({}) })).not.toBeNull()
})

it('leaves out sessions with a node that is no longer there', () => {
  expect(cluster({ a: status({ lost: [9, 1], b: [1, 1] }), b: status({ a: [1, 1] }) })).not.toBeNull()
})

it('differs when messages went round in between: seen once, rest may be an illusion', () => {
  const before = cluster({ a: status({ b: [3, 5] }), b: status({ a: [5, 3] }) })
  const after = cluster({ a: status({ b: [4, 6] }), b: status({ a: [6, 4] }) })
  expect(after).not.toBe(before)
})
