/** F7, F11, F13: nodes that reach each other by name over a NATS server, which restarts and stands still. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NatsServer } from '@holdfast/fault-bench/nats-server'
import { TcpProxy } from '@holdfast/fault-bench/tcp-proxy'
import { natsNetwork } from '@holdfast/transport/nats'
import { byReference, type HoldfastNode, type NodeEvent } from 'holdfast'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Counter, Desk, rejection, until, useNetWorld } from '../support/world.js'

const world = useNetWorld()
let server: NatsServer
let count = 0

beforeAll(async () => {
  server = await NatsServer.start()
})
afterAll(() => server.stop())

/** Members of a fresh cluster. */
async function cluster(...names: string[]): Promise<HoldfastNode[]> {
  const network = natsNetwork({ servers: server.url, cluster: `cluster${++count}`, presenceMs: 200 })
  const nodes = names.map((name) => world.node(name))
  await Promise.all(nodes.map((node) => node.join(network)))
  return nodes
}

describe('nodes that have joined a cluster', () => {
  it('F7, F13: look each other up without a connection, pass references on, and free what nobody holds', async () => {
    const [alice, bob, carol] = await cluster('alice', 'bob', 'carol')
    carol.publish('counter', new Counter())
    bob.publish('desk', new Desk())
    await bob.lookup<Desk>('bob', 'desk').keep(await bob.lookup<Counter>('carol', 'counter'))
    await (async () => {
      const counter = await alice.lookup<Desk>('bob', 'desk').give()
      expect(await counter?.add(1)).toBe(1)
      await bob.lookup<Desk>('bob', 'desk').keep(null)
    })()
    expect(await rejection(alice.lookup('nobody', 'x'))).toMatchObject({ code: 'unreachable' })
    for (const [node, name] of [
      [bob, 'desk'],
      [carol, 'counter'],
    ] as const)
      node.unpublish(name)
    await world.settle()
  })

  it('trust each other: the one with the least name finds their cycles', async () => {
    const [alice, bob] = await cluster('alice', 'bob')
    bob.publish('desk', new Desk())
    await (async () => {
      const desk = await alice.lookup<Desk>('bob', 'desk')
      const own = new Desk()
      own.keep(desk as never)
      await desk.keep(own as never)
    })()
    bob.unpublish('desk')
    let condemned = 0
    for (let pass = 0; pass < 20 && condemned === 0; pass++) condemned += (await alice.collect()).condemned
    expect(condemned).toBe(2)
    await world.settle()
  })

  it('see who is there, and who has left', async () => {
    const network = natsNetwork({ servers: server.url, cluster: 'seen', presenceMs: 100 })
    const [alice, bob] = [world.node('alice'), world.node('bob')]
    const joined = await alice.join(network)
    await bob.join(network)
    await until(() => joined.members.includes('bob'), 'bob is there')
    bob.close()
    await until(() => !joined.members.includes('bob'), 'bob has left')
    expect(joined.members).toEqual(['alice'])
  })
})

describe('a server that carries short messages only', () => {
  it('joins nodes all the same: what is longer is cut', async () => {
    const small = await NatsServer.start('max_payload: 8KB')
    try {
      const network = natsNetwork({ servers: small.url, presenceMs: 200 })
      const [alice, bob] = [world.node('alice'), world.node('bob')]
      for (const node of [alice, bob]) await node.join(network)
      const library = byReference({ double: (text: string) => text + text })
      bob.publish('library', library)
      const far = await alice.lookup<typeof library>('bob', 'library')
      const text = 'Moby-Dick '.repeat(100_000)
      expect(await far.double(text)).toBe(text + text)
    } finally {
      await small.stop()
    }
  })
})

describe('a server', () => {
  it('F11: that is killed and started again costs no call and no reference', async () => {
    const [alice, bob] = await cluster('alice', 'bob')
    const ended: NodeEvent[] = []
    for (const node of [alice, bob]) node.on('peer-down', (event) => ended.push(event))
    bob.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('bob', 'counter')
    const sums: PromiseLike<number>[] = [counter.add(1)]
    await server.kill()
    for (let call = 0; call < 20; call++) sums.push(counter.add(1))
    await sleep(300)
    await server.begin()
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
    expect(ended).toEqual([])
  })

  it('F11: whose connection has died without a word is asked, and connected to again', async () => {
    const proxy = await TcpProxy.before(server.port)
    world.after(() => proxy.close())
    const clusterName = `cluster${++count}`
    const join = async (name: string, servers: string): Promise<HoldfastNode> => {
      const node = world.node(name)
      await node.join(natsNetwork({ servers, cluster: clusterName, presenceMs: 200 }))
      return node
    }
    const alice = await join('alice', proxy.address.replace('ws:', 'nats:'))
    const bob = await join('bob', server.url)
    bob.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('bob', 'counter')
    const before = proxy.connections
    proxy.blackHole()
    expect(await Promise.all([counter.add(1), counter.add(1)])).toEqual([1, 2])
    expect(proxy.connections).toBe(before + 1)
  })

  it('F11: that is lost while the connection is made again is tried again soon', async () => {
    const proxy = await TcpProxy.before(server.port)
    world.after(() => proxy.close())
    const clusterName = `cluster${++count}`
    const alice = world.node('alice')
    await alice.join(
      natsNetwork({ servers: proxy.address.replace('ws:', 'nats:'), cluster: clusterName, presenceMs: 200 }),
    )
    const bob = world.node('bob')
    await bob.join(natsNetwork({ servers: server.url, cluster: clusterName, presenceMs: 200 }))
    bob.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('bob', 'counter')
    const before = proxy.connections
    // The server greets, hears nothing, and then the connection breaks.
    proxy.lose('forth', true)
    proxy.cut()
    await until(() => proxy.connections > before, 'it connects again')
    await sleep(100)
    proxy.lose('forth', false)
    expect(await counter.add(1)).toBe(1)
  })

  it('X2: that stands still for a while holds up calls, and loses none', async () => {
    const [alice, bob] = await cluster('alice', 'bob')
    bob.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('bob', 'counter')
    server.signal('SIGSTOP')
    const sums = Array.from({ length: 20 }, () => counter.add(1))
    await sleep(500)
    server.signal('SIGCONT')
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })
})
