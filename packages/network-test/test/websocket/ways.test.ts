/** F13: a reference that is passed on leads to a direct link, whichever of the two listens. */
import type { HoldfastNode } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { Counter, Desk, rejection, until, useNetWorld } from '../support/world.js'

const world = useNetWorld()

/** Carol's counter goes to alice by way of bob, who knows both. */
async function passOn(alice: HoldfastNode, bob: HoldfastNode, carol: HoldfastNode) {
  carol.publish('counter', new Counter())
  bob.publish('desk', new Desk())
  await bob.lookup<Desk>('bob', 'desk').keep(await bob.lookup<Counter>('carol', 'counter'))
  return alice.lookup<Desk>('bob', 'desk').give()
}

describe('F13: a reference passed on', () => {
  it('leads to its owner, who listens, also when the gifter is gone', async () => {
    const { node: bob, address } = await world.listening('bob')
    const { node: carol, address: carols } = await world.listening('carol')
    const alice = world.node('alice')
    await bob.connect(carols)
    await alice.connect(address)
    const counter = await passOn(alice, bob, carol)
    expect(await counter?.add(1)).toBe(1)
    bob.close()
    expect(await counter?.add(1)).toBe(2)
    expect([alice.peers, carol.peers]).toEqual([['carol'], ['alice']])
  })

  it('leads from its owner, who cannot be reached, to a receiver who listens', async () => {
    const { node: bob, address } = await world.listening('bob')
    const { node: alice } = await world.listening('alice')
    const carol = world.node('carol')
    await carol.connect(address)
    await alice.connect(address)
    const counter = await passOn(alice, bob, carol)
    expect(await counter?.add(1)).toBe(1)
    bob.close()
    expect(await counter?.add(1)).toBe(2)
  })

  it('between two who cannot be reached is broken at its receiver, or says that there is no way', async () => {
    const { node: bob, address } = await world.listening('bob')
    const [alice, carol] = [world.node('alice'), world.node('carol')]
    await carol.connect(address)
    await alice.connect(address)
    const counter = await passOn(alice, bob, carol)
    expect(await rejection(counter?.add(1) ?? Promise.resolve())).toMatchObject({ code: 'unreachable' })
  })

  it('by one that began to listen later leads to it as well', async () => {
    const { node: bob, address } = await world.listening('bob')
    const [alice, carol] = [world.node('alice'), world.node('carol')]
    await carol.connect(address)
    await alice.connect(address)
    await carol.listen(0)
    await bob.lookup('carol', 'nothing').then(undefined, () => {})
    const counter = await passOn(alice, bob, carol)
    expect(await counter?.add(1)).toBe(1)
  })

  it('leads nowhere that this node may not dial', async () => {
    const { node: bob, address } = await world.listening('bob')
    const { node: carol, address: carols } = await world.listening('carol')
    const asked: string[] = []
    const mayDial = (url: string, peer: string): boolean => {
      asked.push(`${peer} ${url}`)
      return false
    }
    const alice = world.node('alice', { webSocket: { mayDial } })
    await bob.connect(carols)
    await alice.connect(address)
    const counter = await passOn(alice, bob, carol)
    expect(await rejection(counter?.add(1) ?? Promise.resolve())).toMatchObject({ code: 'unreachable' })
    expect(asked).toContain(`carol ${carols}`)
  })
})

describe('a node that is only known to a peer', () => {
  it('is found through it by name', async () => {
    const { node: hub, address } = await world.listening('hub')
    const { node: carol } = await world.listening('carol')
    const alice = world.node('alice')
    await carol.connect(address)
    await alice.connect(address)
    await until(() => hub.peers.length === 2)
    carol.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('carol', 'counter')
    expect(await counter.add(1)).toBe(1)
    expect(await rejection(alice.lookup('nobody', 'x'))).toMatchObject({ code: 'unreachable' })
  })
})
