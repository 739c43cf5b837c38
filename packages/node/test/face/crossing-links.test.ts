/** Two nodes that make several links to each other at once, in virtual time: one stays, and no session is lost by it. */
import { setImmediate as macrotask } from 'node:timers/promises'
import { after } from '@holdfast/core'
import { VirtualClock } from '@holdfast/transport'
import { MemoryNetwork } from '@holdfast/transport/memory'
import { describe, expect, it } from 'vitest'
import { useFaceWorld } from '../support/face.js'

const world = useFaceWorld()

function start() {
  const clock = new VirtualClock()
  const [alice, bob] = [world.node('alice', { clock }), world.node('bob', { clock })]
  const ended: string[] = []
  for (const node of [alice, bob]) node.on('peer-down', ({ reason }) => ended.push(reason))
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed++) {
      clock.advanceTo(after(clock.now(), 1))
      await macrotask()
    }
  }
  const pair = (ms: number) => new MemoryNetwork({ clock, faults: { delay: { min: ms, max: ms } } }).connect()
  return { alice, bob, ended, pass, pair }
}

describe('links that cross', () => {
  it('are one for both ends, in whatever order each has seen them', async () => {
    const { alice, bob, ended, pass, pair } = start()
    const [one, other] = [pair(1), pair(1)]
    const connecting = [alice.connect(one[0]), alice.connect(other[0]), bob.connect(other[1]), bob.connect(one[1])]
    await pass(10)
    expect(await Promise.all(connecting)).toEqual(['bob', 'bob', 'alice', 'alice'])
    await pass(10_000)
    expect([alice.peers, bob.peers, ended]).toEqual([['bob'], ['alice'], []])
    expect(
      (await Promise.all([bob.lookup('alice', 'x'), pass(10)].map((one) => one.then(undefined, String))))[0],
    ).toContain('unknown-name')
  })

  it('are no farewell while the one that stays is not known yet', async () => {
    const { alice, bob, ended, pass, pair } = start()
    const [fast, slow] = [pair(0), pair(20)]
    const first = [alice.connect(fast[0]), bob.connect(fast[1])]
    await pass(5)
    await Promise.all(first)
    // Alice closes the fast link when she hears bob on the slow one, on which he has not heard her.
    const second = [bob.connect(slow[1])]
    await pass(15)
    second.push(alice.connect(slow[0]))
    await pass(100)
    await Promise.all(second)
    expect([alice.peers, bob.peers, ended]).toEqual([['bob'], ['alice'], []])
  })
})
