/** A round whose own messages end a session: the coordinator goes on without that node. */
import { describe, expect, it } from 'vitest'
import { node, World } from './support/world.js'

const LIMITS = {
  maxFrameBytes: 256,
  maxMessageBytes: 512,
  maxUnackedBytes: 512,
  maxReorderedBytes: 512,
  windowBytes: 512,
}

describe('a round', () => {
  it('ends when asking for a report is what fills the queue', () => {
    const world = new World(['alice', 'bob', 'carol'], { tolerates: ['session-ended'], collector: { limits: LIMITS } })
    // bob takes nothing in any more, so alice's queue to him fills up.
    const fill = (): number => world.send('alice', { node: 'bob' })
    expect(() => {
      for (;;) fill()
    }).toThrow(/unacked-bytes/)
    world.step('alice', { type: 'begin-round', nodes: ['bob', 'carol'].map(node) })
    while (world.isBusy('alice', 'carol')) world.deliver('alice', 'carol')
    while (world.isBusy('carol', 'alice')) world.deliver('carol', 'alice')
    const judged = world.log.flatMap(({ effect }) => (effect.type === 'judged' ? [effect] : []))
    expect(judged).toMatchObject([{ missing: ['bob'] }])
  })
})
