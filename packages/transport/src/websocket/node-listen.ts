import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { UsageError } from '@holdfast/core'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { ConnectionError } from '../connection-error.js'
import { DEFAULT_MAX_FRAME_BYTES } from '../link.js'
import type {
  HttpServerLike,
  Listening,
  WebSocketListenerOptions,
  WebSocketPort,
  WebSocketServerLike,
  WebSocketServerSource,
} from './listener.js'
import { COMMON_OPTIONS, certificateOf, like, tlsOf } from './node-ws.js'
import type { OpenSocket } from './web-socket-like.js'

const LOOPBACK = '127.0.0.1'

/** @throws ConnectionError `listen-failed`; UsageError `not-a-server` */
export async function listenForSockets(
  source: WebSocketServerSource,
  onSocket: (socket: OpenSocket) => void,
  options: WebSocketListenerOptions,
): Promise<Listening> {
  if (typeof source === 'number') return onPort({ port: source }, onSocket, options)
  if ('handleUpgrade' in source) return onServer(source, onSocket, options)
  if ('listening' in source) return onHttpServer(source, onSocket, options)
  if ('port' in source) return onPort(source, onSocket, options)
  throw new UsageError('not-a-server', 'listen to a port, a server of `ws`, or one of `node:http` or `node:https`')
}

function onServer(
  server: WebSocketServerLike,
  onSocket: (socket: OpenSocket) => void,
  { address }: WebSocketListenerOptions,
): Listening {
  const accept = (socket: WebSocket, request: { readonly socket: Socket }): void => {
    const { socket: connection } = request
    onSocket({ socket: like(socket), unref: () => connection.unref(), certificate: certificateOf(connection) })
  }
  server.on('connection', accept as never)
  const { options } = server as unknown as WebSocketServer
  return {
    address: address ?? addressOf(server.address(), { path: options.path, host: options.host, isTls: false }),
    stop: () => void server.off('connection', accept as never),
  }
}

function onHttpServer(
  http: HttpServerLike,
  onSocket: (socket: OpenSocket) => void,
  options: WebSocketListenerOptions,
): Listening {
  const { path = '/', address } = options
  const server = new WebSocketServer({ ...serverOptions(options), noServer: true })
  const upgrade = (request: Parameters<WebSocketServer['handleUpgrade']>[0], socket: Socket, head: Buffer): void => {
    if (new URL(request.url ?? '', 'ws://host').pathname !== path) return
    server.handleUpgrade(request, socket, head, (opened) => {
      onSocket({ socket: like(opened), unref: () => socket.unref(), certificate: certificateOf(socket) })
    })
  }
  http.on('upgrade', upgrade as never)
  return {
    address: address ?? addressOf(http.address(), { path, isTls: 'setSecureContext' in http }),
    stop: () => void http.off('upgrade', upgrade as never),
  }
}

async function onPort(
  { port, host = LOOPBACK, tls }: WebSocketPort,
  onSocket: (socket: OpenSocket) => void,
  options: WebSocketListenerOptions,
): Promise<Listening> {
  const http = tls === undefined ? createServer(refuse) : createTlsServer(tlsOf(tls), refuse)
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error) => {
      reject(new ConnectionError('listen-failed', `cannot listen on ${host}:${port}: ${error.message}`, { host, port }))
    })
    http.listen(port, host, resolve)
  })
  const listening = onHttpServer(http, onSocket, options)
  const stop = (): void => {
    listening.stop()
    // Connections that were upgraded would keep it open, in name only.
    http.close()
    http.closeIdleConnections()
    http.unref()
  }
  return { address: listening.address, stop }
}

/** The server is for upgrades only. */
function refuse(_request: unknown, response: { writeHead(status: number): { end(): void } }): void {
  response.writeHead(426).end()
}

function serverOptions({ maxFrameBytes = DEFAULT_MAX_FRAME_BYTES }: WebSocketListenerOptions): ServerOptions {
  return { ...COMMON_OPTIONS, maxPayload: maxFrameBytes }
}

interface Place {
  readonly path?: string | null | undefined
  readonly host?: string | undefined
  readonly isTls: boolean
}

/** Where a server can be reached; null when it listens on all interfaces, or on none yet. */
function addressOf(bound: unknown, { path, isTls }: Place): string | null {
  if (typeof bound !== 'object' || bound === null) return null
  const { address, family, port } = bound as AddressInfo
  if (address === '0.0.0.0' || address === '::') return null
  const host = family === 'IPv6' ? `[${address}]` : address
  return `${isTls ? 'wss' : 'ws'}://${host}:${port}${path ?? '/'}`
}
