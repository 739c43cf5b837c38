/** F11, X2: links that break are made again, and the session goes on where it was. */
import { setTimeout as sleep } from 'node:timers/promises'
import { byReference, type NodeEvent } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { Counter, rejection, until, useNetWorld } from '../support/world.js'

const world = useNetWorld()

async function throughProxy(options = {}) {
  const { node: bob, proxy } = await world.behindProxy('bob', options)
  const alice = world.node('alice', options)
  await alice.connect(proxy.address)
  const ended: NodeEvent[] = []
  for (const node of [alice, bob]) node.on('peer-down', (event) => ended.push(event))
  return { alice, bob, proxy, ended }
}

describe('F11: a connection that is cut', () => {
  it('is made again: calls under way are answered, each message arrives once and in order, the session goes on', async () => {
    const { alice, bob, proxy, ended } = await throughProxy()
    const log: number[] = []
    const slow = byReference({
      later: () => sleep(400, 'here'),
      note: (number: number) => void log.push(number),
    })
    bob.publish('slow', slow)
    const far = await alice.lookup<typeof slow>('bob', 'slow')
    const under = far.later()
    const notes: PromiseLike<void>[] = []
    for (let number = 0; number < 300; number++) {
      notes.push(far.note(number))
      if (number % 100 === 50) proxy.cut()
      if (number % 10 === 0) await sleep(3)
    }
    await Promise.all(notes)
    expect(await under).toBe('here')
    expect(log).toEqual(Array.from({ length: 300 }, (_, number) => number))
    expect(proxy.connections).toBeGreaterThan(1)
    expect(ended).toEqual([])
  })

  it('and cannot be made again in time costs the calls under way, and no reference', async () => {
    const { alice, bob, proxy } = await throughProxy({ reconnectMs: 100 })
    bob.publish('counter', new Counter())
    const never = byReference({ never: () => new Promise(() => {}) })
    bob.publish('never', never)
    const counter = await alice.lookup<Counter>('bob', 'counter')
    const call = rejection((await alice.lookup<typeof never>('bob', 'never')).never())
    proxy.refuse(true)
    proxy.cut()
    expect(await call).toMatchObject({ code: 'session-ended' })
    const back: boolean[] = []
    alice.on('peer-up', ({ isBack }) => back.push(isBack))
    proxy.refuse(false)
    await until(() => back.length > 0, 'the link is back')
    expect([await counter.add(1), back]).toEqual([1, [true]])
  })

  it('by attempts that come less and less often', async () => {
    const { proxy } = await throughProxy()
    proxy.refuse(true)
    proxy.cut()
    await sleep(1000)
    // Without chance: after 100, 300, 700 ms. With it each wait is up to half as long: 50, 150, 350, 750 ms.
    expect(proxy.connections - 1).toBeGreaterThanOrEqual(1)
    expect(proxy.connections - 1).toBeLessThanOrEqual(5)
  })
})

describe('X2: a connection that has died without a word', () => {
  it('is noticed by its silence, and made again: the call under way is answered', async () => {
    const { alice, bob, proxy, ended } = await throughProxy({ webSocket: { keepAliveMs: 100 } })
    bob.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('bob', 'counter')
    proxy.blackHole()
    expect(await Promise.all([counter.add(1), counter.add(1)])).toEqual([1, 2])
    expect(proxy.connections).toBe(2)
    expect(ended).toEqual([])
  })
})
