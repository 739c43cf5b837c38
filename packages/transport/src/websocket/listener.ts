import { listenForSockets } from '#listen-for-sockets'
import type { PostingLink } from '../link.js'
import type { OpenSocket, TlsOptions } from './web-socket-like.js'
import { type WebSocketLinkOptions, webSocketLink } from './websocket-link.js'

/** A server of the package `ws`, with whatever options it was made. It is the caller's: nobody else closes it. */
export interface WebSocketServerLike {
  on(event: 'connection', listener: never): unknown
  off(event: 'connection', listener: never): unknown
  handleUpgrade(...args: never[]): void
  address(): unknown
}

/** A server of `node:http` or `node:https`, for which upgrades of one path are taken. It is the caller's: nobody else closes it. */
export interface HttpServerLike {
  on(event: 'upgrade', listener: never): unknown
  off(event: 'upgrade', listener: never): unknown
  address(): unknown
  readonly listening: boolean
}

/** A server to be started. */
export interface WebSocketPort {
  /** 0 for any that is free. */
  readonly port: number
  /** Which of this machine's interfaces. Default: `127.0.0.1`, which nobody else can reach. */
  readonly host?: string
  /** With a certificate and its key the server speaks `wss:`. */
  readonly tls?: TlsOptions
}

export type WebSocketServerSource = WebSocketServerLike | HttpServerLike | WebSocketPort | number

export interface WebSocketListenerOptions extends Omit<WebSocketLinkOptions, 'unref' | 'onPost' | 'certificate'> {
  /** Upgrades of other paths are left alone. Default: `/`. Not for a server of `ws`, which has its own. */
  readonly path?: string | undefined
  /** The URL at which others reach this server, where it does not know that itself: behind a proxy, on all interfaces. */
  readonly address?: string | undefined
}

export interface Listening {
  /** At which URL others reach it; null if that is not known. */
  readonly address: string | null
  /** Takes no more connections; those that there are stay. Idempotent. */
  stop(): void
}

/**
 * Makes a link of every connection to a WebSocket server, until `stop`. Node only.
 * @throws ConnectionError `listen-failed`; UsageError `unsupported` in browsers, `not-a-server`
 */
export function listenWebSocket(
  source: WebSocketServerSource,
  onLink: (open: (options: Pick<WebSocketLinkOptions, 'onPost'>) => PostingLink) => void,
  options: WebSocketListenerOptions = {},
): Promise<Listening> {
  const onSocket = ({ socket, unref, certificate }: OpenSocket): void =>
    onLink(({ onPost }) => webSocketLink(socket, { ...options, unref, certificate, onPost }))
  return listenForSockets(source, onSocket, options)
}
