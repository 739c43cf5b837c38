/** F7, S10: nodes find each other over WebSockets, keep one link each, and say by error what is wrong. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { CERTIFICATE, KEY } from '../support/certificate.js'
import { Counter, Desk, rejection, until, useNetWorld } from '../support/world.js'

const world = useNetWorld()

/** A server that does with connections what it likes. @returns its URL */
async function serve(onConnection: (socket: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', onConnection)
  await once(server, 'listening')
  world.after(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

describe('nodes joined by a WebSocket', () => {
  it('F7: call each other, and what neither holds is freed', async () => {
    const { node: bob, address } = await world.listening('bob')
    const alice = world.node('alice')
    expect(await alice.connect(address)).toBe('bob')
    bob.publish('desk', new Desk())
    await (async () => {
      const desk = await alice.lookup<Desk>('bob', 'desk')
      await desk.keep(new Counter())
      const counter = await desk.give()
      expect(await counter?.add(2)).toBe(2)
      await desk.keep(null)
    })()
    bob.unpublish('desk')
    await world.settle()
  })

  it('are reached through a server of ws, an http server beside its pages, and by TLS', async () => {
    const webSocketServer = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/nodes' })
    await once(webSocketServer, 'listening')
    const http = createServer((_, response) => response.end('a page'))
    await once(http.listen(0, '127.0.0.1'), 'listening')
    world.after(() => webSocketServer.close())
    world.after(() => void http.close())
    const bob = world.node('bob')
    const secure = { ca: CERTIFICATE, rejectUnauthorized: true }
    const addresses = [
      (await bob.listen(webSocketServer)).address,
      (await bob.listen(http, { path: '/holdfast' })).address,
      (await bob.listen({ port: 0, tls: { cert: CERTIFICATE, key: KEY } })).address,
    ]
    expect(addresses).toEqual([
      expect.stringMatching(/^ws:.*\/nodes$/),
      expect.stringMatching(/^ws:.*\/holdfast$/),
      expect.stringMatching(/^wss:/),
    ])
    for (const [index, address] of addresses.entries()) {
      const node = world.node(`node${index}`, { webSocket: { tls: secure } })
      expect(await node.connect(address ?? '')).toBe('bob')
    }
    const port = (http.address() as AddressInfo).port
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('a page')
    const stranger = world.node('stranger')
    expect(await rejection(stranger.connect(addresses[2] ?? ''))).toMatchObject({ code: 'connect-failed' })
  })

  it('S10: that connect to each other in the same instant keep one link, and no session is lost', async () => {
    for (let round = 0; round < 10; round++) {
      const [alice, bob] = [await world.listening(`alice${round}`), await world.listening(`bob${round}`)]
      const lost: string[] = []
      for (const { node } of [alice, bob]) node.on('peer-down', ({ reason }) => lost.push(reason))
      alice.node.publish('counter', new Counter())
      bob.node.publish('counter', new Counter())
      await Promise.all([
        alice.node.connect(bob.address),
        bob.node.connect(alice.address),
        alice.node.connect(bob.address),
      ])
      const [there, back] = [
        await alice.node.lookup<Counter>(bob.node.id, 'counter'),
        await bob.node.lookup<Counter>(alice.node.id, 'counter'),
      ]
      expect(await Promise.all([there.add(1), back.add(1)])).toEqual([1, 1])
      await sleep(5)
      expect([await there.add(1), await back.add(1)]).toEqual([2, 2])
      expect([lost, alice.node.stats().sessions.length, bob.node.stats().sessions.length]).toEqual([[], 1, 1])
      for (const { node } of [alice, bob]) node.close()
    }
  })

  it('wait for one that is not there yet, if they are told to', async () => {
    const early = await world.listening('bob')
    early.node.close()
    const alice = world.node('alice')
    expect(await rejection(alice.connect(early.address))).toMatchObject({
      name: 'ConnectionError',
      code: 'connect-failed',
    })
    const connecting = alice.connect(early.address, { patienceMs: 30_000 })
    await sleep(150)
    const bob = world.node('bob')
    await bob.listen(Number(new URL(early.address).port))
    expect(await connecting).toBe('bob')
  })
})

describe('S10: what is no node at the other end', () => {
  const impatient = { webSocket: { introductionMs: 100, connectMs: 200 } }

  it('is told by an error of its own', async () => {
    const silent = createTcpServer(() => {})
    const page = createServer((_, response) => response.end())
    for (const server of [silent, page]) {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      world.after(() => void server.close())
    }
    const urlOf = (server: { address(): unknown }): string =>
      `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const alice = world.node('alice', impatient)
    const mute = await serve(() => {})
    const babbling = await serve((socket) => socket.send('good day'))
    const strange = await serve((socket) => socket.send(Buffer.from('good day')))
    const newer = await serve((socket) => socket.send(Buffer.from('holdfast/2 {"node":"bob"}')))
    const forged = await serve((socket) =>
      socket.send(Buffer.from('holdfast/1 {"node":"bob","incarnation":-1,"link":1,"addresses":[]}')),
    )
    const { node: twin, address } = await world.listening('alice')
    const expected: [string, string][] = [
      [urlOf(silent), 'connect-timed-out'],
      [urlOf(page), 'connect-failed'],
      [mute, 'not-introduced'],
      [babbling, 'not-introduced'],
      [strange, 'not-introduced'],
      [newer, 'unsupported-version'],
      [forged, 'not-introduced'],
      [address, 'same-name'],
      ['http://127.0.0.1/', 'not-an-address'],
    ]
    const found = await Promise.all(expected.map(([url]) => rejection(alice.connect(url))))
    expect(found.map((error) => (error as { code: string }).code)).toEqual(expected.map(([, code]) => code))
    expect([alice.peers, twin.peers]).toEqual([[], []])
  })

  it('does not disturb a node that listens, nor is it waited for without end', async () => {
    const { node: bob, address } = await world.listening('bob', impatient)
    const strangers = ['', 'nonsense', Buffer.from('holdfast/1 nonsense'), Buffer.alloc(20_000)].map((said) => {
      const socket = new WebSocket(address)
      socket.on('open', () => said !== '' && socket.send(said))
      socket.on('error', () => {})
      return new Promise((resolve) => socket.on('close', resolve))
    })
    await Promise.all(strangers)
    bob.publish('counter', new Counter())
    const alice = world.node('alice')
    await alice.connect(address)
    expect(await (await alice.lookup<Counter>('bob', 'counter')).add(1)).toBe(1)
    expect(bob.peers).toEqual(['alice'])
  })

  it('is not taken for the node that is looked for', async () => {
    const { address } = await world.listening('mallory')
    const alice = world.node('alice', { dial: (peer) => (peer === 'bob' ? address : null) })
    expect(await rejection(alice.lookup('bob', 'desk'))).toMatchObject({ code: 'unreachable' })
    expect(alice.peers).toEqual([])
  })
})

describe('S10: a node that was disconnected', () => {
  it('is not dialed, whatever is held of it, until it is connected to again; nothing held was lost', async () => {
    const { node: bob, proxy } = await world.behindProxy('bob')
    const alice = world.node('alice', { reconnectMs: 50 })
    await alice.connect(proxy.address)
    bob.publish('counter', new Counter())
    const counter = await alice.lookup<Counter>('bob', 'counter')
    expect(await counter.add(1)).toBe(1)
    alice.disconnect('bob')
    alice.disconnect('bob')
    await until(() => alice.peers.length === 0, 'the session is over')
    expect(await rejection(counter.add(1))).toMatchObject({ code: 'unreachable' })
    await sleep(300)
    expect(proxy.connections).toBe(1)
    await alice.connect(proxy.address)
    expect(await counter.add(1)).toBe(2)
  })

  it('that is closed twice, or while it connects, is closed', async () => {
    const { address } = await world.listening('bob')
    const alice = world.node('alice')
    const connecting = rejection(alice.connect(address))
    alice.close()
    alice.close()
    expect(await connecting).toMatchObject({ code: 'closed' })
    expect(await rejection(alice.connect(address))).toMatchObject({ code: 'closed' })
    expect(await rejection(alice.listen(0))).toMatchObject({ code: 'closed' })
  })
})
