/** Processes that are killed by a signal, and started again with what they have on disk. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Incarnation, nodeId, Random } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { type Link, RealClock } from '@holdfast/transport'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HeapNode } from '../../src/index.js'
import { ask, eventually } from '../support/durable-world.js'

/** `HOLDFAST_KILLS=100` tries longer. */
const KILLS = Number(process.env['HOLDFAST_KILLS'] ?? 2)
const KEEPER = nodeId('keeper')
const PROGRAM = new URL('../fixtures/durable-keeper.mjs', import.meta.url)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (answer: { payload: Uint8Array }): string => new TextDecoder().decode(answer.payload)

describe('a process that is killed', () => {
  let folder: string
  let child: ChildProcess
  let node: HeapNode

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-kill-'))
  })
  afterEach(async () => {
    node.close()
    await kill()
    await rm(folder, { recursive: true })
  })

  /** The node of this process. @param term long enough for a process to be started */
  function begin(term: number, onBroken: (handles: ReadonlySet<Handle>) => void = () => {}): void {
    node = new HeapNode({
      node: nodeId('parent'),
      incarnation: 1 as Incarnation,
      clock: new RealClock({ keepAlive: false }),
      collector: { lease: { term, drift: 0.01 }, trusts: () => true, createGraph: undefined },
      connect: () => {},
      onBroken,
    })
    start(term)
  }

  function start(term: number): void {
    child = fork(PROGRAM, [join(folder, 'store'), String(term)], { serialization: 'advanced' })
    node.addLink(KEEPER, linkTo(child))
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const isOver = once(child, 'exit')
    child.kill('SIGKILL')
    await isOver
  }

  const put = (number: number): Promise<string> => {
    const object = node.heap.create()
    const answered = ask(node, KEEPER, { references: [object], payload: bytes(`put ${number}`) })
    node.heap.unpin(object)
    return answered.then(text)
  }
  const list = async (): Promise<number[]> => {
    const numbers = text(await ask(node, KEEPER, { payload: bytes('list') }))
    return numbers === ''
      ? []
      : numbers
          .split(',')
          .map(Number)
          .sort((a, b) => a - b)
  }

  it(
    'at any moment under load has every call once, and answers each, in the session that there was',
    async () => {
      const term = 20_000
      const random = new Random(20261130)
      begin(term)
      const calls: Promise<string>[] = [put(1)]
      await calls[0]
      const session = node.sessionWith(KEEPER)
      let isOver = false
      const load = (async () => {
        while (!isOver) {
          for (let many = random.below(40); many >= 0; many--) calls.push(put(calls.length + 1))
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      })()
      for (let kills = 0; kills < KILLS; kills++) {
        // Sometimes before it is up, sometimes in the middle.
        await new Promise((resolve) => setTimeout(resolve, random.below(400)))
        await kill()
        start(term)
      }
      isOver = true
      await load
      await Promise.all(calls)

      expect(await list()).toEqual(calls.map((_, place) => place + 1))
      expect(node.tables.exports, 'each came with an object of this process').toBe(calls.length)
      expect(node.sessionWith(KEEPER)).toMatchObject({ number: session?.number, incarnation: session?.incarnation })
      await ask(node, KEEPER, { payload: bytes('forget') })
      await eventually(() => expect([node.tables.exports, node.heap.objectCount]).toEqual([0, 0]))
    },
    60_000 + KILLS * 5000,
  )

  it('and has lost its disk comes as a later lifetime: what waits for the earlier one, or is held of it, hears of it', async () => {
    const term = 10_000
    const broken: Handle[] = []
    begin(term, (handles) => broken.push(...handles))
    await put(1)
    const {
      handles: [theirs],
    } = await ask(node, KEEPER, { payload: bytes('root') })
    const before = node.sessionWith(KEEPER)?.incarnation ?? 0
    await kill()
    await rm(join(folder, 'store'), { recursive: true })
    const lost = put(2)
    start(term)
    await expect(lost).rejects.toThrow('peer-restarted')
    expect(broken).toEqual([theirs])
    await eventually(() => expect(node.sessionWith(KEEPER)?.incarnation).toBeGreaterThan(before))
    expect(await list(), 'its first message is heard').toEqual([])
    expect(node.tables, 'what the earlier one held waits for its end').toMatchObject({ imports: 0, quarantined: 2 })
  }, 60_000)
})

/** One end of a link over the channel of a child process. */
function linkTo(child: ChildProcess): Link {
  let isClosed = false
  return {
    reliable: true,
    maxFrameBytes: 1 << 24,
    send: (frame) => {
      if (child.connected) child.send(frame, () => {})
    },
    close: () => {
      isClosed = true
    },
    start: (handlers) => {
      child.on('message', (frame: Uint8Array) => {
        if (!isClosed) handlers.onFrame(frame)
      })
      child.on('exit', () => {
        if (!isClosed) handlers.onClose('connection-lost')
        isClosed = true
      })
    },
  }
}
