import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MessageChannel, Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import type { Link } from '../src/link.js'
import { messagePortLink } from '../src/message-port.js'
import { FakeWebPort } from './support/fake-web-port.js'

/** Starts a link; resolves with why it ended and what it had brought by then. */
function untilClosed(link: Link): Promise<{ reason: string; frames: Uint8Array[] }> {
  const frames: Uint8Array[] = []
  return new Promise((resolve) => {
    link.start({ onFrame: (frame) => frames.push(frame), onClose: (reason) => resolve({ reason, frames }) })
  })
}

describe('messagePortLink', () => {
  test.each<[string, unknown]>([
    ['a string', 'hello'],
    ['an object', { frame: Uint8Array.of(1) }],
    ['null', null],
    ['an ArrayBuffer', new ArrayBuffer(4)],
    ['another typed array', new Uint16Array(2)],
    ['a view of a larger buffer', new Uint8Array(100).subarray(0, 4)],
    ['memory that the sender shares', new Uint8Array(new SharedArrayBuffer(4))],
  ])('%s in place of a frame ends the link, and tells the peer', async (_, message) => {
    const { port1, port2 } = new MessageChannel()
    const closed = untilClosed(messagePortLink(port2))
    const answers: unknown[] = []
    port1.on('message', (answer) => answers.push(answer))
    const portClosed = once(port1, 'close')
    port1.postMessage(Uint8Array.of(1))
    port1.postMessage(message)
    port1.postMessage(Uint8Array.of(2))
    expect(await closed).toEqual({ reason: 'malformed-message', frames: [Uint8Array.of(1)] })
    await portClosed
    expect(answers).toEqual(['holdfast:goodbye'])
  })

  test('a frame over the own limit ends the link', async () => {
    const { port1, port2 } = new MessageChannel()
    const sender = messagePortLink(port1, { maxFrameBytes: 100 })
    const receiver = messagePortLink(port2, { maxFrameBytes: 99 })
    const ends = [untilClosed(sender), untilClosed(receiver)]
    sender.send(new Uint8Array(99))
    sender.send(new Uint8Array(100))
    expect((await Promise.all(ends)).map(({ reason, frames }) => [reason, frames.length])).toEqual([
      ['closed-by-peer', 0],
      ['frame-over-limit', 1],
    ])
  })

  test('a link that is never started ends when too much is kept', async () => {
    const { port1, port2 } = new MessageChannel()
    const sender = messagePortLink(port1)
    const receiver = messagePortLink(port2, { maxBacklogBytes: 1000 })
    const senderClosed = untilClosed(sender)
    for (let count = 0; count < 20; count++) sender.send(new Uint8Array(200))
    expect((await senderClosed).reason).toBe('closed-by-peer')
    const { reason, frames } = await untilClosed(receiver)
    expect([reason, frames.length]).toEqual(['backlog-full', 3])
  })

  test('a worker that is terminated is a connection lost', async () => {
    const outward = new MessageChannel()
    const back = new MessageChannel()
    const ports = [outward.port2, back.port1]
    const worker = new Worker(new URL('./support/relay-worker.mjs', import.meta.url), {
      workerData: { ports, maxFrameBytes: 4096 },
      transferList: ports,
    })
    const a = messagePortLink(outward.port1)
    const b = messagePortLink(back.port2)
    const atB = new Promise<string>((resolve) => {
      b.start({ onFrame: () => void worker.terminate(), onClose: resolve })
    })
    const atA = untilClosed(a)
    a.send(Uint8Array.of(1))
    expect([(await atA).reason, await atB]).toEqual(['connection-lost', 'connection-lost'])
  })

  test('a short frame is posted as a clone and a long one leaves the sender its memory', async () => {
    const { port1, port2 } = new MessageChannel()
    const [a, b] = [messagePortLink(port1), messagePortLink(port2)]
    const closed = untilClosed(b)
    const frames = [new Uint8Array(8).fill(1), new Uint8Array(100_000).fill(2), Buffer.from('pooled')]
    for (const frame of frames) a.send(frame)
    a.close()
    expect(frames.map((frame) => frame.length)).toEqual([8, 100_000, 6])
    const arrived = (await closed).frames
    expect(arrived.map((frame) => [frame.length, frame.buffer.byteLength])).toEqual([
      [8, 8],
      [100_000, 100_000],
      [6, 6],
    ])
    expect(Buffer.from(arrived[2]).toString()).toBe('pooled')
  })
})

describe('messagePortLink over the ports of browsers', () => {
  test('starts the port, carries frames and says goodbye, though no close event comes', async () => {
    const port = new FakeWebPort()
    const link = messagePortLink(port)
    expect(port.started).toBe(true)
    const closed = untilClosed(link)
    await delay(1)
    link.send(Uint8Array.of(1))
    port.bring('message', Uint8Array.of(2))
    port.bring('message', 'holdfast:goodbye')
    port.bring('message', Uint8Array.of(3))
    expect(await closed).toEqual({ reason: 'closed-by-peer', frames: [Uint8Array.of(2)] })
    expect([port.posted[0], port.closed]).toEqual([Uint8Array.of(1), true])
    link.ref()
    link.unref()
  })

  test.each([
    ['messageerror', 'malformed-message'],
    ['close', 'connection-lost'],
  ])('the event %s ends the link: %s', async (type, reason) => {
    const port = new FakeWebPort()
    const closed = untilClosed(messagePortLink(port))
    port.bring(type)
    port.bring(type)
    expect(await closed).toEqual({ reason, frames: [] })
    expect(port.closed).toBe(true)
  })
})

describe('a process with links', () => {
  const run = async (way: string) => {
    const script = fileURLToPath(new URL('./support/end-by-itself.mjs', import.meta.url))
    // A process that hangs is killed, and the promise rejects.
    const { stdout } = await promisify(execFile)(process.execPath, [script, way], { timeout: 20_000 })
    return stdout.trim().split('\n').toSorted()
  }

  test('ends by itself when they are closed', async () => {
    expect(await run('close')).toEqual(['closed-here', 'echo 1,2,3', 'worker exited with 0'])
  })

  test('ends by itself when the worker is terminated', async () => {
    expect(await run('terminate')).toEqual(['connection-lost', 'echo 1,2,3', 'worker exited with 1'])
  })

  test('ends by itself with open links that are unreferenced', async () => {
    expect(await run('unref')).toEqual(['echo 1,2,3'])
  })
})
