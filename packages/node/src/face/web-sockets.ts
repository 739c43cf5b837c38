/** A node's links over WebSockets. Their code is loaded with the first one: pages that have message ports only do without it. */
import { type Duration, type NodeId, UsageError } from '@holdfast/core'
import type { PostingLink } from '@holdfast/transport'
import type {
  ConnectOptions,
  Listening,
  WebSocketListenerOptions,
  WebSocketServerSource,
} from '@holdfast/transport/websocket'
import { isAddress } from './address-book.js'

/** For all links of a node over WebSockets, to URLs and from servers. */
export interface WebSocketOptions
  extends Pick<ConnectOptions, 'maxFrameBytes' | 'maxBufferedBytes' | 'keepAliveMs' | 'connectMs' | 'tls' | 'headers'> {
  /** How long the other end may take to say its name, in ms. Default: 10,000. */
  readonly introductionMs?: Duration
  /**
   * Whether a node may be dialed at a URL that another node has told. Default: at any. A node that is told one opens a connection
   * there: say no where that must not happen.
   */
  readonly mayDial?: (url: string, peer: NodeId) => boolean
}

export interface ListenOptions {
  /** The URL at which others reach this node, where the server does not know it itself: behind a proxy, on all interfaces. */
  readonly address?: string
  /** Upgrades of other paths are left alone. Default: `/`. Not for a server of `ws`, which has its own. */
  readonly path?: string
}

export type OnPost = (message: unknown) => boolean

/** @throws UsageError `not-an-address`; ConnectionError */
export async function openLink(url: string, options: WebSocketOptions, onPost: OnPost): Promise<PostingLink> {
  if (!isAddress(url)) throw new UsageError('not-an-address', 'a node is connected to at a ws: or wss: URL', { url })
  const { connectWebSocket } = await import('@holdfast/transport/websocket')
  return connectWebSocket(url, { ...options, onPost })
}

/** @throws UsageError `not-an-address`, `not-a-server`, `unsupported`; ConnectionError `listen-failed` */
export async function listenForLinks(
  source: WebSocketServerSource,
  onLink: (open: (onPost: OnPost) => PostingLink) => void,
  options: WebSocketOptions & ListenOptions,
): Promise<Listening> {
  const { address } = options
  if (address !== undefined && !isAddress(address)) {
    throw new UsageError('not-an-address', 'others reach a node at a ws: or wss: URL', { address })
  }
  const { listenWebSocket } = await import('@holdfast/transport/websocket')
  const { maxFrameBytes, maxBufferedBytes, keepAliveMs, path } = options
  const settings: WebSocketListenerOptions = { maxFrameBytes, maxBufferedBytes, keepAliveMs, path, address }
  return listenWebSocket(source, (open) => onLink((onPost) => open({ onPost })), settings)
}
