import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { linkConformance } from '../src/conformance.js'
import type { PostingLink } from '../src/link.js'
import { connectWebSocket, type WebSocketServerSource } from '../src/websocket/index.js'
import { accepting } from './support/accepting.js'

const maxFrameBytes = 4096
const settle = () => delay(5)

interface Place {
  readonly source: WebSocketServerSource
  readonly address?: string
  readonly close: () => void
}

async function pair({ source, address, close }: Place, isTurned: boolean) {
  const server = await accepting(source, { maxFrameBytes })
  const client = await connectWebSocket(address ?? server.address, { maxFrameBytes })
  const [a, b]: PostingLink[] = isTurned ? [await server.next(), client] : [client, await server.next()]
  const dispose = async (): Promise<void> => {
    server.stop()
    close()
    await settle()
  }
  return { a, b, settle, dispose }
}

linkConformance(
  { describe, test, expect },
  { name: 'a WebSocket to a port of its own', connect: () => pair({ source: 0, close: () => {} }, false) },
)

linkConformance(
  { describe, test, expect },
  {
    name: 'the server side of a WebSocket, of a server of ws',
    connect: async () => {
      const source = new WebSocketServer({ port: 0, host: '127.0.0.1' })
      await once(source, 'listening')
      return pair({ source, close: () => source.close() }, true)
    },
  },
)

linkConformance(
  { describe, test, expect },
  {
    name: 'a WebSocket to a path of an http server',
    connect: async () => {
      const source = createServer()
      await once(source.listen(0, '127.0.0.1'), 'listening')
      const address = `ws://127.0.0.1:${(source.address() as AddressInfo).port}/`
      return pair({ source, address, close: () => source.close() }, false)
    },
  },
)
