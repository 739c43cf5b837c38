import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { linkConformance } from '../src/conformance.js'
import { MemoryNetwork } from '../src/memory/index.js'
import { messagePortLink } from '../src/message-port.js'
import { RealClock } from '../src/real-clock.js'

const maxFrameBytes = 4096
const tools = { describe, test, expect }
const settle = () => delay(5)

linkConformance(tools, {
  name: 'a message channel of one thread',
  connect: async () => {
    const { port1, port2 } = new MessageChannel()
    const [a, b] = [messagePortLink(port1, { maxFrameBytes }), messagePortLink(port2, { maxFrameBytes })]
    return { a, b, settle, dispose: settle }
  },
})

linkConformance(tools, {
  name: 'a way into a worker and back',
  connect: async () => {
    const outward = new MessageChannel()
    const back = new MessageChannel()
    const ports = [outward.port2, back.port1]
    const worker = new Worker(new URL('./support/relay-worker.mjs', import.meta.url), {
      workerData: { ports, maxFrameBytes },
      transferList: ports,
    })
    const exited = once(worker, 'exit')
    const a = messagePortLink(outward.port1, { maxFrameBytes })
    const b = messagePortLink(back.port2, { maxFrameBytes })
    await once(worker, 'online')
    // Once its links are closed nothing keeps the worker: it ends by itself.
    return { a, b, settle, dispose: async () => expect(await exited).toEqual([0]) }
  },
})

linkConformance(tools, {
  name: 'memory over the real clock',
  connect: async () => {
    const [a, b] = new MemoryNetwork({
      clock: new RealClock(),
      faults: { delay: { min: 0, max: 3 }, ordered: true },
      maxFrameBytes,
    }).connect()
    return { a, b, settle, dispose: settle }
  },
})
