/** What a node does after a session ended while its link stays up: nobody may wait for ever. */
import { nodeId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { useWorld } from './support/world.js'

describe('after a session ended on a link that stays up', () => {
  const use = useWorld()

  /** alice and bob with a session; then a damaged frame from alice makes bob end it. The link is as good as ever. */
  function fallout() {
    let damage = false
    const alice = use.world.node('alice')
    const bob = use.world.node('bob')
    use.world.wire(alice.name, bob.name, (frame) => (damage ? Uint8Array.of(0) : frame))
    use.world.run()
    expect(alice.sessions()).toHaveLength(1)
    damage = true
    alice.call({ to: { node: bob.name } }, () => {})
    use.world.run()
    damage = false
    expect([alice.sessions(), bob.sessions()]).toEqual([[], []])
    use.world.leaveAsItIs()
    return { alice, bob }
  }

  it('a call is answered, or told that it will not be', () => {
    const { alice, bob } = fallout()
    const answers: unknown[] = []
    alice.call({ to: { node: bob.name } }, (answer) => answers.push(answer))
    use.world.run()
    use.world.run()
    expect(answers).toHaveLength(1)
    expect(alice.isBusy).toBe(false)
  })

  it('a round ends', async () => {
    const { alice, bob } = fallout()
    const outcome = await use.world.settled(alice.collectCycles([alice.name, bob.name]))
    expect(outcome.condemned).toBe(0)
  })
})

describe('a report that is larger than a message may be', () => {
  const use = useWorld()

  it('comes in parts, so that its round misses nobody', async () => {
    const limits = {
      maxFrameBytes: 256,
      maxMessageBytes: 400,
      maxUnackedBytes: 8000,
      maxReorderedBytes: 4000,
      windowBytes: 4000,
    }
    const collector = { trusts: () => true, createGraph: undefined, limits }
    const judge = use.world.node('judge', { collector })
    const bob = use.world.node('bob', { collector })
    const carol = use.world.node('carol', { collector })
    for (const [a, b] of [
      [judge, bob],
      [judge, carol],
      [bob, carol],
    ] as const)
      use.world.wire(a.name, b.name)
    use.world.run()
    for (let index = 0; index < 400; index++) {
      const object = bob.heap.create()
      bob.call({ to: { node: carol.name }, references: [object] })
      use.world.run()
      bob.heap.unpin(object)
    }
    const nodes = [bob.name, carol.name].map((name) => nodeId(name))
    const sent = bob.counts.bytesSent
    const { missing } = await use.world.settled(judge.collectCycles(nodes))
    expect(missing).toEqual([])
    expect(bob.counts.bytesSent - sent).toBeGreaterThan(limits.maxMessageBytes)
    use.world.leaveAsItIs()
  })
})
