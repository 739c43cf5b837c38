/** Links over a NATS server keep the contract of all links. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NatsServer } from '@holdfast/fault-bench/nats-server'
import { TcpProxy } from '@holdfast/fault-bench/tcp-proxy'
import type { JoinedNetwork, Link } from '@holdfast/transport'
import { linkConformance } from '@holdfast/transport/conformance'
import { natsNetwork } from '@holdfast/transport/nats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rejection } from '../support/world.js'

let server: NatsServer
let alice: JoinedNetwork
let bob: JoinedNetwork
let waiting: ((link: Link) => void) | null = null

beforeAll(async () => {
  server = await NatsServer.start()
  const network = natsNetwork({ servers: server.url, maxFrameBytes: 4096 })
  alice = await network.join({ name: 'alice', incarnation: 1 }, { onLink: () => {} })
  bob = await network.join({ name: 'bob the 2nd*', incarnation: 1 }, { onLink: (link) => waiting?.(link) })
})

afterAll(async () => {
  await Promise.all([alice.leave(), bob.leave(), alice.leave()])
  await server.stop()
})

const settle = () => sleep(5)

function pair(): Promise<{ near: Link; far: Link }> {
  return new Promise((resolve) => {
    const near = alice.connect('bob the 2nd*')
    waiting = (far) => resolve({ near, far })
  })
}

linkConformance(
  { describe, test: it, expect },
  {
    name: 'a link over NATS',
    connect: async () => {
      const { near, far } = await pair()
      return { a: near, b: far, settle, dispose: settle }
    },
  },
)

linkConformance(
  { describe, test: it, expect },
  {
    name: 'the other end of a link over NATS',
    connect: async () => {
      const { near, far } = await pair()
      return { a: far, b: near, settle, dispose: settle }
    },
  },
)

describe('a NATS server that carries short messages only', () => {
  let small: NatsServer
  const links: { near: Link; far: Link }[] = []
  const joined: JoinedNetwork[] = []
  let came: ((link: Link) => void) | null = null

  beforeAll(async () => {
    small = await NatsServer.start('max_payload: 8KB')
    const network = natsNetwork({ servers: small.url })
    joined.push(await network.join({ name: 'alice', incarnation: 1 }, { onLink: () => {} }))
    joined.push(await network.join({ name: 'bob', incarnation: 1 }, { onLink: (link) => came?.(link) }))
  })
  afterAll(async () => {
    await Promise.all(joined.map((member) => member.leave()))
    await small.stop()
  })

  async function pairOnSmall(): Promise<{ near: Link; far: Link }> {
    const near = joined[0].connect('bob')
    const far = await new Promise<Link>((resolve) => {
      came = resolve
    })
    links.push({ near, far })
    return { near, far }
  }

  linkConformance(
    { describe, test: it, expect },
    {
      name: 'a link over short messages',
      connect: async () => {
        const { near, far } = await pairOnSmall()
        return { a: near, b: far, settle: () => sleep(20), dispose: settle }
      },
    },
  )

  it('brings frames of any length whole and in order', async () => {
    const { near, far } = await pairOnSmall()
    const received: Uint8Array[] = []
    far.start({ onFrame: (frame) => received.push(frame), onClose: () => {} })
    near.start({ onFrame: () => {}, onClose: () => {} })
    const lengths = [1, 8191, 8192, 8193, 16_364, 16_365, near.maxFrameBytes, 0, 5]
    const sent = lengths.map((length, index) => Uint8Array.from({ length }, (_, at) => (at * 7 + index) & 255))
    for (const frame of sent) near.send(frame)
    while (received.length < sent.length) await settle()
    expect(received.map((frame) => Buffer.from(frame).compare(sent[received.indexOf(frame)]))).toEqual(
      sent.map(() => 0),
    )
    near.close()
  })
})

describe('a cluster on a NATS server', () => {
  it('ends a link to a node that is not there', async () => {
    const link = alice.connect('nobody')
    expect(await new Promise((resolve) => link.start({ onFrame: () => {}, onClose: resolve }))).toBe('connection-lost')
  })

  it('ends a link whose opening was lost, and one that is opened while there is no connection, soon', async () => {
    const proxy = await TcpProxy.before(server.port)
    const network = natsNetwork({ servers: `nats://127.0.0.1:${proxy.port}`, presenceMs: 200 })
    const carol = await network.join({ name: 'carol', incarnation: 1 }, { onLink: () => {} })
    const dave = await network.join({ name: 'dave', incarnation: 1 }, { onLink: () => {} })
    const endOf = (link: Link): Promise<unknown> => new Promise((onClose) => link.start({ onFrame: () => {}, onClose }))
    try {
      proxy.lose('forth', true)
      const begunAt = performance.now()
      expect(await endOf(carol.connect('dave'))).toBe('connection-lost')
      expect(performance.now() - begunAt).toBeGreaterThan(150)
      proxy.refuse(true)
      proxy.cut()
      await sleep(50)
      const cutAt = performance.now()
      expect(await endOf(carol.connect('dave'))).toBe('connection-lost')
      expect(performance.now() - cutAt).toBeLessThan(100)
    } finally {
      proxy.close()
      await Promise.all([carol.leave(), dave.leave()])
    }
  })

  it('carries what was sent, in order, while nothing is lost', async () => {
    const { near, far } = await pair()
    const received: number[] = []
    near.start({ onFrame: () => {}, onClose: () => {} })
    far.start({ onFrame: ([first]) => received.push(first), onClose: () => {} })
    for (let number = 0; number < 100; number++) near.send(Uint8Array.of(number))
    while (received.length < 100) await settle()
    expect(received).toEqual(Array.from({ length: 100 }, (_, number) => number))
    near.close()
  })

  it('refuses an earlier lifetime of a member, and lets a later one take its place', async () => {
    const network = natsNetwork({ servers: server.url })
    const member = (incarnation: number) => network.join({ name: 'carol', incarnation }, { onLink: () => {} })
    const second = await member(2)
    expect(await rejection(member(1))).toMatchObject({ name: 'ProtocolError', code: 'older-incarnation' })
    const third = await member(3)
    await Promise.all([second.leave(), third.leave()])
  })

  it('says by error what is wrong with the server, or with the name of the cluster', async () => {
    const short = await NatsServer.start('max_payload: 2KB')
    const self = [{ name: 'carol', incarnation: 1 }, { onLink: () => {} }] as const
    try {
      expect(await rejection(natsNetwork({ servers: short.url }).join(...self))).toMatchObject({ code: 'max-payload' })
    } finally {
      await short.stop()
    }
    const gone = natsNetwork({ servers: short.url })
    expect(await rejection(gone.join(...self))).toMatchObject({ name: 'ConnectionError', code: 'connect-failed' })
    expect(() => natsNetwork({ servers: short.url, cluster: 'a.b' })).toThrow(
      expect.objectContaining({ code: 'bad-cluster' }),
    )
  })
})
