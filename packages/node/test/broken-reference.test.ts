/** A reference that broke stays broken wherever it is sent: it never becomes an object of the node that held it. */
import { describe, expect, it } from 'vitest'
import { keeping, useWorld } from './support/world.js'

describe('a broken import', () => {
  const use = useWorld()

  it('cannot be passed on as if it were an object of this node', () => {
    const { world } = use
    let damage = false
    const kept: number[] = []
    const alice = world.node('alice')
    const bob = world.node('bob', { onCall: keeping(() => bob, kept as never) })
    const carol = world.node('carol', { onCall: keeping(() => carol, kept as never) })
    world.wire(alice.name, bob.name, (frame) => (damage ? Uint8Array.of(0) : frame))
    world.wire(bob.name, carol.name)
    world.run()
    world.call(alice, bob.name, [alice.heap.create()])
    const [imported] = bob.heap.referencesOf(kept[0] as never)
    bob.heap.pin(imported)
    damage = true
    alice.call({ to: { node: bob.name } })
    world.run()
    world.leaveAsItIs()
    expect(bob.sessions().map(({ peer }) => peer)).toEqual([carol.name])
    expect(() => bob.call({ to: { node: carol.name }, references: [imported] })).toThrow(/broken/)
  })
})
