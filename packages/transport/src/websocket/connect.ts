import type { Duration } from '@holdfast/core'
import { openWebSocket } from '#open-web-socket'
import { DEFAULT_MAX_FRAME_BYTES, type PostingLink } from '../link.js'
import type { TlsOptions } from './web-socket-like.js'
import { type WebSocketLinkOptions, webSocketLink } from './websocket-link.js'

export interface ConnectOptions extends Omit<WebSocketLinkOptions, 'unref' | 'certificate'> {
  /** How long connecting may take, in ms. Default: 10,000. */
  readonly connectMs?: Duration | undefined
  /** For `wss:` in Node. */
  readonly tls?: TlsOptions | undefined
  /** Sent with the request, in Node: as a token for a proxy. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const DEFAULT_CONNECT_MS = 10_000

/**
 * Connects to a WebSocket server whose other end makes a link of it, too (`webSocketListener`).
 * @param url `ws:` or `wss:`
 * @throws ConnectionError `connect-failed`, `connect-timed-out`
 */
export function connectWebSocket(url: string, options: ConnectOptions = {}): Promise<PostingLink> {
  return openWebSocket(url, {
    use: ({ socket, unref, certificate }) => webSocketLink(socket, { ...options, unref, certificate }),
    maxPayload: options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES,
    timeout: options.connectMs ?? DEFAULT_CONNECT_MS,
    tls: options.tls,
    headers: options.headers,
  })
}
