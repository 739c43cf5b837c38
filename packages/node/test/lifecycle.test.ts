import { type Incarnation, nodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { type Link, type LinkHandlers, VirtualClock } from '@holdfast/transport'
import { describe, expect, it } from 'vitest'
import type { HeapNodeOptions } from '../src/index.js'
import { useWorld } from './support/world.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('the end of a session', () => {
  const use = useWorld()

  it('answers its calls that wait with null; those of other sessions go on waiting', () => {
    const { world } = use
    const answers: string[] = []
    const ended: string[] = []
    const onEffect: HeapNodeOptions['onEffect'] = (effect) => effect.type === 'session-ended' && ended.push(effect.peer)
    const alice = world.node('alice', { onEffect })
    const [bob, carol] = [world.node('bob'), world.node('carol')]
    for (const node of [bob, carol]) world.call(alice, node.name)
    for (const node of [bob, carol]) {
      world.cut(alice, node)
      alice.call({ to: { node: node.name } }, (answer) => answers.push(`${node.name}: ${answer?.references.length}`))
    }
    world.wire(alice.name, bob.name)
    world.link(bob, alice).send(bytes(0xff))
    world.pass(100)
    expect(ended).toEqual(['bob'])
    expect(answers).toEqual(['bob: undefined'])
    world.wire(alice.name, carol.name)
    world.run()
    expect(answers).toEqual(['bob: undefined', 'carol: 0'])
    expect(alice.isBusy).toBe(false)
  })

  it('keeps what was imported over it: a call to it goes out in the next', () => {
    const { world } = use
    const targets: unknown[] = []
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: ({ target }) => {
        targets.push(target)
        return { references: [bobs], payload: bytes() }
      },
    })
    const bobs = bob.heap.create()
    const [imported] = world.call(alice, bob.name)
    bob.heap.unpin(bobs)
    world.link(bob, alice).send(bytes(0xff))
    world.pass(1)
    expect(alice.sessions()).toEqual([])
    expect(alice.tables).toMatchObject({ imports: 1, suspended: 1 })
    alice.call({ to: { target: imported } })
    world.run()
    expect(targets).toEqual([null, bobs])
    expect([alice.tables, bob.tables]).toMatchObject([
      { imports: 1, suspended: 0 },
      { exports: 1, quarantined: 0 },
    ])
    alice.heap.unpin(imported)
  })

  it('comes with the restart of the peer, whose later incarnation gets a session of its own', () => {
    const { world } = use
    const answers: unknown[] = []
    const alice = world.node('alice')
    const before = world.node('bob')
    world.call(alice, before.name)
    world.cut(alice, before)
    alice.call({ to: { node: before.name } }, (answer) => answers.push(answer))
    before.close()
    const after = world.node('bob', { incarnation: 2 as Incarnation })
    world.wire(alice.name, after.name)
    world.run()
    expect(answers).toEqual([null])
    world.call(alice, after.name)
    expect(after.sessions()).toMatchObject([{ peer: 'alice' }])
  })

  it('in the frame of a call leaves the node unharmed: nobody waits for the answer', () => {
    const { world } = use
    const ended: string[] = []
    const called: number[][] = []
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: ({ payload }) => {
        called.push([...payload])
        return undefined
      },
      onEffect: (effect) => effect.type === 'session-ended' && ended.push(effect.reason),
    })
    world.call(alice, bob.name)
    world.cut(alice, bob)
    const marker = bytes(0xa1, 0xb2, 0xc3, 0xd4)
    alice.call({ to: { node: bob.name }, payload: bytes(1) }, () => {})
    alice.call({ to: { node: bob.name }, payload: marker }, () => {})
    // Both come in one frame, of which the second message says it is longer than it is.
    const corrupt = (frame: Uint8Array): Uint8Array => {
      const at = Buffer.from(frame).indexOf(marker)
      if (at > 0) frame[at - 1] = 0x7f
      return frame
    }
    world.wire(alice.name, bob.name, corrupt)
    world.run()
    expect(called).toEqual([[], [1]])
    expect(ended).toEqual(['malformed'])
    expect(alice.isBusy).toBe(false)
  })
})

describe('closing a node', () => {
  const use = useWorld()

  it('is idempotent, leaves no timer and closes its links, of which the peers learn', () => {
    const { world } = use
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    const closed: string[] = []
    bob.addLink(
      nodeId('spy'),
      spyLink((event) => closed.push(event)),
    )
    world.call(alice, bob.name)
    alice.call({ to: { node: bob.name } })
    bob.close()
    bob.close()
    expect(closed).toEqual(['start', 'close'])
    world.run()
    alice.close()
    alice.close()
    expect(world.clock.pending).toBe(0)
  })

  it('answers with null what waits for an answer or for a session, and lets go of its references', () => {
    const { world } = use
    const answers: unknown[] = []
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    world.call(alice, bob.name)
    const mine = alice.heap.create()
    const onAnswer = (answer: unknown): unknown => answers.push(answer)
    alice.call({ to: { node: bob.name } }, onAnswer)
    alice.call({ to: { node: nodeId('nobody') }, references: [mine] }, onAnswer)
    expect(alice.heap.pinCount(mine)).toBe(2)
    alice.close()
    expect(answers).toEqual([null, null])
    expect(alice.isBusy).toBe(false)
    expect(alice.heap.pinCount(mine)).toBe(1)
    expect(() => alice.call({ to: { node: bob.name } })).toThrow(expect.objectContaining({ code: 'closed' }))
    alice.heap.unpin(mine)
  })

  it('rejects a round that still waits for sessions', async () => {
    const { world } = use
    const alice = world.node('alice')
    const round = alice.collectCycles([nodeId('nobody')])
    alice.close()
    await expect(round).rejects.toMatchObject({ code: 'closed' })
  })

  it('from within a handler leaves no timer either, and the rest of the turn undone', () => {
    const { world } = use
    const alice = world.node('alice')
    const clock = new VirtualClock()
    const bob = world.node('bob', {
      clock,
      onCall: () => {
        bob.close()
        return { references: [], payload: bytes() }
      },
    })
    const answers: unknown[] = []
    alice.call({ to: { node: bob.name } }, (answer) => answers.push(answer))
    world.pass(50)
    expect(clock.pending, 'its acknowledgement would have been due').toBe(0)
    expect(answers).toEqual([])
    alice.close()
    expect(answers).toEqual([null])
  })

  it('closes a link that comes too late', () => {
    const { world } = use
    const alice = world.node('alice')
    alice.close()
    const events: string[] = []
    alice.addLink(
      nodeId('bob'),
      spyLink((event) => events.push(event)),
    )
    expect(events).toEqual(['close'])
  })
})

describe('over a network that loses, repeats and reorders', () => {
  const use = useWorld({ seed: 7, faults: { loss: 0.3, duplication: 0.2, delay: { min: 0, max: 50 } } })

  it('each call is answered once, and what it carried is dropped in the end', () => {
    const { world } = use
    const answers: number[] = []
    const alice = world.node('alice')
    const bob = world.node('bob', {
      onCall: ({ references, payload }) => ({ references: references as Handle[], payload }),
    })
    const numbers = Array.from({ length: 40 }, (_, index) => index)
    for (const number of numbers) {
      const mine = alice.heap.create()
      alice.call({ to: { node: bob.name }, references: [mine], payload: bytes(number) }, (answer) => {
        expect(answer?.references).toEqual([mine])
        answers.push(answer?.payload[0] as number)
      })
      alice.heap.unpin(mine)
    }
    world.run()
    expect(answers).toEqual(numbers)
  })
})

/** A link that carries nothing, and tells what is done with it. */
function spyLink(tell: (event: string) => void): Link {
  return {
    reliable: true,
    maxFrameBytes: 1000,
    send: () => {},
    close: () => tell('close'),
    start: (_handlers: LinkHandlers) => tell('start'),
  }
}
