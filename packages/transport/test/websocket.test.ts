/** What a link over a WebSocket does beyond the contract of all links: how it ends, and that it notices a silent end. */
import { setTimeout as delay } from 'node:timers/promises'
import { after } from '@holdfast/core'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { CloseReason, PostingLink } from '../src/link.js'
import { VirtualClock } from '../src/virtual-clock.js'
import { connectWebSocket, type WebSocketLinkOptions } from '../src/websocket/index.js'
import { KeepAlive } from '../src/websocket/keep-alive.js'
import { type Accepting, accepting } from './support/accepting.js'

const servers: Accepting[] = []
const links: PostingLink[] = []

afterEach(() => {
  for (const link of links.splice(0)) link.close()
  for (const server of servers.splice(0)) server.stop()
})

async function serve(options: WebSocketLinkOptions = {}): Promise<Accepting> {
  const server = await accepting(0, options)
  servers.push(server)
  return server
}

/** Both ends of a link, and a promise of why each ends. */
async function pair(nearOptions: WebSocketLinkOptions = {}, farOptions: WebSocketLinkOptions = {}) {
  const server = await serve(farOptions)
  const near = await connectWebSocket(server.address, nearOptions)
  const far = await server.next()
  links.push(near, far)
  return { near, far }
}

const end = (link: PostingLink): Promise<CloseReason> =>
  new Promise((resolve) => link.start({ onFrame: () => {}, onClose: resolve }))

/** Something that is no link, at the other end of one. */
async function stranger(options: WebSocketLinkOptions = {}) {
  const server = await serve(options)
  const socket = new WebSocket(server.address)
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.on('open', resolve))
  return { socket, closed, link: await server.next() }
}

describe('a link over a WebSocket', () => {
  test('ends when more waits to be sent than is kept: lost, for the other end, and not a farewell', async () => {
    const { near, far } = await pair({ maxBufferedBytes: 1024 * 1024 })
    const ends = [end(near), end(far)]
    // What the system's own buffers take does not count; all of this is sent in one turn.
    for (let sent = 0; sent < 64; sent++) near.send(new Uint8Array(1024 * 1024))
    expect(await Promise.all(ends)).toEqual(['send-buffer-full', 'connection-lost'])
  })

  test.each<[string, string | Buffer, CloseReason]>([
    ['a text that is nothing of ours', 'good day', 'malformed-message'],
    ['a post that nobody understands', '{"a":1}', 'malformed-message'],
    ['a text over the limit', `"${'x'.repeat(2000)}"`, 'frame-over-limit'],
    ['a frame over the limit', Buffer.alloc(2000), 'frame-over-limit'],
  ])('ends at %s', async (_, sent, reason) => {
    const { socket, closed, link } = await stranger({ maxFrameBytes: 1024 })
    const ended = end(link)
    socket.send(sent)
    expect(await ended).toBe(reason)
    expect(await closed).not.toBe(1000)
  })

  test('carries what is said beside frames, in order with them', async () => {
    const log: unknown[] = []
    const onPost = (message: unknown): boolean => log.push(message) > 0
    const { near, far } = await pair({}, { onPost })
    far.start({ onFrame: ([first]) => log.push(first), onClose: () => {} })
    near.send(Uint8Array.of(1))
    near.post({ a: 'b' })
    near.send(Uint8Array.of(2))
    while (log.length < 3) await delay(2)
    expect(log).toEqual([1, { a: 'b' }, 2])
  })

  test('that a handler throws is reported, and costs no later frame', async () => {
    const { near, far } = await pair()
    const frames: number[] = []
    const reported: unknown[] = []
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => reported.push(error))
    try {
      const onFrame = ([first]: Uint8Array): void => {
        frames.push(first)
        if (first === 1) throw new Error('boom')
      }
      far.start({ onFrame, onClose: () => {} })
      await delay(5)
      for (const number of [1, 2, 3]) near.send(Uint8Array.of(number))
      while (frames.length < 3) await delay(2)
      expect([frames, reported]).toEqual([[1, 2, 3], [new Error('boom')]])
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener)
    }
  })

  test('asks a silent end for a sign of life, and gives one', async () => {
    const clock = new VirtualClock()
    const keepAlive = { clock, keepAliveMs: 1000 }
    const { near, far } = await pair(keepAlive, keepAlive)
    const reasons: CloseReason[] = []
    for (const link of [near, far]) link.start({ onFrame: () => {}, onClose: (reason) => reasons.push(reason) })
    for (let second = 0; second < 10; second++) {
      clock.advanceTo(after(clock.now(), 1000))
      await delay(10)
    }
    expect(reasons).toEqual([])
  })

  test('is lost when the other end gives none', async () => {
    const clock = new VirtualClock()
    const { socket, link } = await stranger({ clock, keepAliveMs: 1000 })
    const said: string[] = []
    socket.on('message', (data) => said.push((data as Buffer).toString()))
    const ended = end(link)
    clock.advanceTo(after(clock.now(), 1001))
    while (said.length === 0) await delay(2)
    clock.advanceTo(after(clock.now(), 1002))
    expect([await ended, said]).toEqual(['connection-lost', ['ping']])
  })
})

describe('KeepAlive', () => {
  test('asks after a silence, gives up after another, and reads what has come before it judges', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const at = (what: string) => () => void log.push(`${what} ${clock.now()}`)
    const keepAlive = new KeepAlive({ clock, patience: 100, ask: at('ask'), giveUp: at('give up') })
    clock.advanceTo(after(clock.now(), 50))
    keepAlive.heard()
    clock.advanceTo(after(clock.now(), 99))
    expect(log).toEqual([])
    clock.advanceTo(after(clock.now(), 1))
    expect(log).toEqual(['ask 150'])
    // A process that stood still: its timer is due long since, and so is what it has to read.
    clock.schedule(after(clock.now(), 100), () => keepAlive.heard())
    clock.advanceTo(after(clock.now(), 199))
    expect(log).toEqual(['ask 150'])
    clock.advanceTo(after(clock.now(), 500))
    expect(log).toEqual(['ask 150', 'ask 350', 'give up 450'])
    keepAlive.stop()
    expect(clock.pending).toBe(0)
  })
})
