/** Whom a node admits: by what the other says, by its certificate, before anything else of it is looked at. */
import { X509Certificate } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import type { NodeOptions, PeerIdentity } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { CERTIFICATE, KEY } from '../support/certificate.js'
import { Counter, rejection, until, useNetWorld } from '../support/world.js'

const world = useNetWorld()

const TOKEN = 'a word between the two of us'
const withToken: Pick<NodeOptions, 'authenticate'> = { authenticate: ({ credentials }) => credentials === TOKEN }
const NOT_ADMITTED = { name: 'ProtocolError', code: 'not-admitted' }

describe('a node that asks who comes', () => {
  it('admits a node that says what it has to, and calls go as ever', async () => {
    const asked: PeerIdentity[] = []
    const authenticate = async (peer: PeerIdentity): Promise<boolean> => {
      asked.push(peer)
      await sleep(20)
      return peer.credentials === TOKEN
    }
    const { node: bob, address } = await world.listening('bob', { authenticate })
    bob.publish('counter', new Counter())
    const alice = world.node('alice', { credentials: TOKEN, incarnation: 7 })
    expect(await alice.connect(address)).toBe('bob')
    expect(asked).toEqual([{ node: 'alice', incarnation: 7, credentials: TOKEN, certificate: null, hasCome: true }])
    const counter = await alice.lookup<Counter>('bob', 'counter')
    expect(await counter.add(2)).toBe(2)
  })

  it.each<[string, Partial<NodeOptions>]>([
    ['says nothing', {}],
    ['says something else', { credentials: 'open' }],
    ['says it to others only', { credentials: ({ url }) => (url === 'wss://elsewhere/' ? TOKEN : null) }],
  ])('refuses one that %s, by a code at both ends', async (_, options) => {
    const { node: bob, address } = await world.listening('bob', withToken)
    const refused: string[] = []
    bob.on('not-admitted', ({ peer }) => refused.push(peer))
    const alice = world.node('alice', options)
    expect(await rejection(alice.connect(address))).toMatchObject(NOT_ADMITTED)
    await until(() => refused.length === 1)
    expect(refused).toEqual(['alice'])
    expect([alice.peers, bob.peers]).toEqual([[], []])
    expect([bob.stats().sessions, alice.stats().sessions]).toEqual([[], []])
  })

  it('refuses whom its judgement fails for, and who has to wait for it for too long', async () => {
    const failing = await world.listening('failing', {
      authenticate: () => {
        throw new Error('no directory')
      },
    })
    const slow = await world.listening('slow', {
      authenticate: () => new Promise(() => {}),
      webSocket: { introductionMs: 100 },
    })
    const late: string[] = []
    slow.node.on('not-admitted', ({ peer }) => late.push(peer))
    const alice = world.node('alice')
    expect(await rejection(alice.connect(failing.address))).toMatchObject(NOT_ADMITTED)
    expect(await rejection(alice.connect(slow.address))).toMatchObject({ code: 'not-introduced' })
    await until(() => late.length === 1)
  })

  it('is not asked again and again by one that it has refused', async () => {
    let isOpen = true
    let asked = 0
    const authenticate = (): boolean => {
      asked++
      return isOpen
    }
    const { node: bob, proxy } = await world.behindProxy('bob', { authenticate })
    bob.publish('counter', new Counter())
    const alice = world.node('alice')
    await alice.connect(proxy.address)
    const counter = await alice.lookup<Counter>('bob', 'counter')
    expect(await counter.add(1)).toBe(1)
    isOpen = false
    proxy.cut()
    await until(() => asked === 2)
    await sleep(1500)
    expect(asked).toBe(2)
    // The program may ask again.
    isOpen = true
    await alice.connect(proxy.address)
    expect(await counter.add(1)).toBe(2)
    expect(asked).toBe(3)
  })

  it('looks at nothing that comes before it has judged', async () => {
    const { node: bob, address } = await world.listening('bob', { authenticate: () => new Promise(() => {}) })
    const socket = new WebSocket(address)
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    const greeting = { node: 'mallory', incarnation: 1, link: 1, addresses: [], credentials: null, judges: false }
    socket.send(Buffer.from(`holdfast/1 ${JSON.stringify(greeting)}`))
    // A hello of a session.
    socket.send(Uint8Array.of(0x11, 0, 0, 0, 0, 7, 109, 97, 108, 108, 111, 114, 121, 1, 0, 1, 0))
    await closed
    expect(bob.stats().sessions).toEqual([])
    expect(bob.peers).toEqual([])
  })

  it('says nothing of its own to whom it has connected to by hearsay', async () => {
    const heard: (string | null)[] = []
    const carol = await world.listening('carol', {
      authenticate: ({ credentials }) => {
        heard.push(credentials)
        return true
      },
    })
    const bob = await world.listening('bob')
    await carol.node.connect(bob.address)
    const alice = world.node('alice', { credentials: TOKEN })
    await alice.connect(bob.address)
    carol.node.publish('counter', new Counter())
    bob.node.publish('of carol', await bob.node.lookup<Counter>('carol', 'counter'))
    const counter = await alice.lookup<Counter>('bob', 'of carol')
    expect(await counter.add(3)).toBe(3)
    expect(heard, 'bob, and then alice, at an address that bob told').toEqual([null, null])
  })
})

describe('a certificate', () => {
  const listensWithTls = async (options: Partial<NodeOptions>, requestCert: boolean) => {
    const node = world.node('bob', options)
    const tls = { cert: CERTIFICATE, key: KEY, ca: CERTIFICATE, requestCert, rejectUnauthorized: false }
    const { address } = await node.listen({ port: 0, tls })
    return { node, address: address ?? '' }
  }
  const { fingerprint256 } = new X509Certificate(CERTIFICATE)
  const known: Pick<NodeOptions, 'authenticate'> = {
    authenticate: ({ certificate }) => certificate?.isVerified === true && certificate.fingerprint === fingerprint256,
  }

  it('of a client is what a server may ask for', async () => {
    const { address } = await listensWithTls(known, true)
    const alice = world.node('alice', { webSocket: { tls: { ca: CERTIFICATE, cert: CERTIFICATE, key: KEY } } })
    expect(await alice.connect(address)).toBe('bob')
    const mallory = world.node('mallory', { webSocket: { tls: { ca: CERTIFICATE } } })
    expect(await rejection(mallory.connect(address))).toMatchObject(NOT_ADMITTED)
  })

  it('of a server is told to a client that asks who it is', async () => {
    const { address } = await listensWithTls({}, false)
    const asked: PeerIdentity[] = []
    const authenticate = (peer: PeerIdentity): boolean => {
      asked.push(peer)
      return peer.certificate?.fingerprint === fingerprint256
    }
    const alice = world.node('alice', { authenticate, webSocket: { tls: { ca: CERTIFICATE } } })
    expect(await alice.connect(address)).toBe('bob')
    expect(asked).toMatchObject([{ hasCome: false, certificate: { subject: { CN: 'holdfast test only' } } }])
  })
})

describe('a message port', () => {
  it.each([
    ['that knows the word', TOKEN],
    ['that does not', 'open'],
  ])('to a node %s', async (_, credentials) => {
    const { port1, port2 } = new MessageChannel()
    const bob = world.node('bob', withToken)
    const alice = world.node('alice', { credentials })
    const both = await Promise.all([rejection(alice.connect(port1)), rejection(bob.connect(port2))])
    if (credentials === TOKEN) expect(both).toEqual([{ resolved: 'bob' }, { resolved: 'alice' }])
    else expect(both).toMatchObject([NOT_ADMITTED, NOT_ADMITTED])
  })

  it('joins two that ask each other', async () => {
    const { port1, port2 } = new MessageChannel()
    const bob = world.node('bob', { ...withToken, credentials: TOKEN })
    const alice = world.node('alice', { ...withToken, credentials: TOKEN })
    expect(await Promise.all([alice.connect(port1), bob.connect(port2)])).toEqual(['bob', 'alice'])
  })
})
