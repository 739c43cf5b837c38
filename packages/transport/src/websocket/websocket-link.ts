/**
 * Links over WebSockets. A frame is a binary message. Text messages are the link's own: a sign of life is asked for and given,
 * and what is said beside the frames (`post`) is JSON.
 *
 * - Why a connection was closed is told by its code: 1000 and 1001 are good order; anything else counts as lost, so that the session
 *   above goes on over the next link.
 * - A session bounds what is under way, and so what waits in the socket. Should more wait than `maxBufferedBytes`, the link ends: the
 *   other side does not read.
 * - The socket belongs to the link, and is open when the link is made.
 */
import type { Duration } from '@holdfast/core'
import type { Clock } from '../clock.js'
import { Inbox } from '../inbox.js'
import {
  type CloseReason,
  checkFrameLength,
  DEFAULT_MAX_FRAME_BYTES,
  type LinkHandlers,
  type PeerCertificate,
  type PostingLink,
} from '../link.js'
import { RealClock } from '../real-clock.js'
import { KeepAlive } from './keep-alive.js'
import type { WebSocketLike } from './web-socket-like.js'

export interface WebSocketLinkOptions {
  /** Default: 16 MiB. */
  readonly maxFrameBytes?: number | undefined
  /** The most bytes kept before `start`, each frame counting 64 more. Default: 64 MiB. */
  readonly maxBacklogBytes?: number | undefined
  /** The most bytes that wait to be sent. Default: 64 MiB. */
  readonly maxBufferedBytes?: number | undefined
  /** After such a silence, in ms, a sign of life is asked for; after another the connection counts as lost. 0: never. Default: 10,000. */
  readonly keepAliveMs?: Duration | undefined
  /** Where the time for that comes from. Default: the real one, which keeps no process alive. */
  readonly clock?: Clock | undefined
  /** Takes what the other end has sent by `post`. @returns whether it was understood; if not, the link ends */
  readonly onPost?: ((message: unknown) => boolean) | undefined
  /** Lets the process end although the socket is open. */
  readonly unref?: (() => void) | undefined
  /** What the other end has shown. Default: nothing. */
  readonly certificate?: PeerCertificate | null | undefined
}

const DEFAULT_MAX_BUFFERED_BYTES = 4 * DEFAULT_MAX_FRAME_BYTES
const DEFAULT_KEEP_ALIVE_MS = 10_000

const PING = 'ping'
const PONG = 'pong'
/** The longest text: a post is a few addresses. */
const MAX_TEXT_LENGTH = 16_384

const NORMAL_CLOSURE = 1000
const GOING_AWAY = 1001
/** The first of those that applications may choose. */
const BROKEN_OFF = 4000

/** Makes an open WebSocket a link; the other end is to be one too. */
export function webSocketLink(socket: WebSocketLike, options: WebSocketLinkOptions = {}): PostingLink {
  return new SocketLink(socket, options)
}

class SocketLink implements PostingLink {
  readonly reliable = true
  readonly maxFrameBytes: number
  readonly certificate: PeerCertificate | null
  readonly #socket: WebSocketLike
  readonly #inbox: Inbox
  readonly #maxBufferedBytes: number
  readonly #onPost: (message: unknown) => boolean
  readonly #keepAlive: KeepAlive | null
  readonly #unref: () => void

  constructor(socket: WebSocketLike, options: WebSocketLinkOptions) {
    const { maxBacklogBytes, keepAliveMs: patience = DEFAULT_KEEP_ALIVE_MS } = options
    this.maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#maxBufferedBytes = options.maxBufferedBytes ?? DEFAULT_MAX_BUFFERED_BYTES
    this.#onPost = options.onPost ?? (() => false)
    this.#unref = options.unref ?? (() => {})
    this.certificate = options.certificate ?? null
    this.#socket = socket
    this.#inbox = new Inbox({ defer: (job) => queueMicrotask(job), maxBacklogBytes })
    const clock = options.clock ?? new RealClock({ keepAlive: false })
    const ask = (): void => this.#socket.send(PING)
    const giveUp = (): void => this.#end('connection-lost')
    this.#keepAlive = patience === 0 ? null : new KeepAlive({ clock, patience, ask, giveUp })
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.addEventListener('error', ({ error }) => this.#end(reasonOfError(error)))
    socket.addEventListener('close', ({ code }) =>
      this.#end(code === NORMAL_CLOSURE || code === GOING_AWAY ? 'closed-by-peer' : 'connection-lost'),
    )
  }

  send(frame: Uint8Array): void {
    if (this.#inbox.over) return
    checkFrameLength(frame, this.maxFrameBytes)
    // `ws` reads a frame when the connection takes it, which may be later.
    this.#transmit(frame.slice())
  }

  post(message: object): void {
    if (!this.#inbox.over) this.#transmit(JSON.stringify(message))
  }

  close(): void {
    this.#end('closed-here')
  }

  start(handlers: LinkHandlers): void {
    this.#inbox.start(handlers)
  }

  unref(): void {
    this.#unref()
  }

  #transmit(data: Uint8Array<ArrayBuffer> | string): void {
    this.#socket.send(data)
    if (this.#socket.bufferedAmount > this.#maxBufferedBytes) this.#end('send-buffer-full')
  }

  #receive(data: unknown): void {
    if (this.#inbox.over) return
    this.#keepAlive?.heard()
    if (data instanceof ArrayBuffer) this.#receiveFrame(new Uint8Array(data))
    else if (data === PING) this.#transmit(PONG)
    else if (data !== PONG && !this.#understands(data)) this.#end('malformed-message')
  }

  #receiveFrame(frame: Uint8Array): void {
    try {
      if (frame.length > this.maxFrameBytes) this.#end('frame-over-limit')
      else if (!this.#inbox.accept(frame)) this.#end('backlog-full')
    } catch (error) {
      // What a handler throws would leave the parser of `ws` in the middle of a message.
      queueMicrotask(() => {
        throw error
      })
    }
  }

  #understands(data: unknown): boolean {
    if (typeof data !== 'string' || data.length > MAX_TEXT_LENGTH) return false
    let message: unknown
    try {
      message = JSON.parse(data)
    } catch {
      return false
    }
    return this.#onPost(message)
  }

  #end(reason: CloseReason): void {
    const isFirst = !this.#inbox.over
    this.#inbox.end(reason)
    if (!isFirst) return
    this.#keepAlive?.stop()
    if (reason === 'closed-here') this.#socket.close(NORMAL_CLOSURE)
    else if (reason !== 'closed-by-peer') this.#breakOff(reason)
  }

  /** What waits to be sent would delay a close in good order. */
  #breakOff(reason: CloseReason): void {
    if (this.#socket.terminate === undefined) this.#socket.close(BROKEN_OFF, reason)
    else this.#socket.terminate()
  }
}

/** `ws` tells by code what it refuses; browsers tell nothing. */
function reasonOfError(error: unknown): CloseReason {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'frame-over-limit'
  return code.startsWith('WS_ERR_') ? 'malformed-message' : 'connection-lost'
}
