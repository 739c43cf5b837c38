/**
 * Links over message ports, those of node's worker threads and those of browsers.
 *
 * - A frame travels as a `Uint8Array` that is its whole `ArrayBuffer`, since posting a view clones all of the memory
 *   behind it. Anything else ends the link: to skip it would break the promise to lose nothing.
 * - `close` posts a goodbye before it closes the port. In order with the frames, it tells a close from a crash, and
 *   reaches browsers whose ports have no `close` event.
 * - The port belongs to the link: nobody else posts to it, listens to it or closes it.
 * - As any open port or socket does, a link keeps its process or worker alive until it is over; `unref` lifts that.
 */
import { Inbox } from './inbox.js'
import {
  type CloseReason,
  checkFrameLength,
  DEFAULT_MAX_FRAME_BYTES,
  type LinkHandlers,
  type PostingLink,
} from './link.js'
import { listen, type MessagePortLike } from './port-events.js'

export type { MessagePortLike, NodePort, WebPort } from './port-events.js'

/** The one message that is no frame. */
const GOODBYE = 'holdfast:goodbye'

/**
 * From here on a copy is transferred, below it the frame is cloned: whichever was faster in node 20 (32 B: 1.3 against
 * 2.1 µs a frame; 1 KiB: even; 64 KiB: 63 against 31 µs).
 */
const TRANSFER_FROM_BYTES = 1024

export interface MessagePortLinkOptions {
  /** Default: 16 MiB. */
  readonly maxFrameBytes?: number
  /** The most bytes kept before `start`, each frame counting 64 more. Default: 64 MiB. */
  readonly maxBacklogBytes?: number
  /** Takes what the other end has sent by `post`. @returns whether it was understood; if not, the link ends */
  readonly onPost?: (message: unknown) => boolean
}

export interface MessagePortLink extends PostingLink {
  /** Sends something beside the frames, as ports for other links: anything but bytes. Without effect once the link is over. */
  post(message: object, transfer?: readonly object[]): void
  /** Lets the open link keep the process alive, as it does to begin with. Without effect in browsers. */
  ref(): void
}

/** Makes one end of a message channel a link; the other end is to be one too. */
export function messagePortLink(port: MessagePortLike, options: MessagePortLinkOptions = {}): MessagePortLink {
  return new PortLink(port, options)
}

class PortLink implements MessagePortLink {
  readonly reliable = true
  readonly maxFrameBytes: number
  readonly #port: MessagePortLike
  readonly #inbox: Inbox
  readonly #onPost: (message: unknown) => boolean

  constructor(port: MessagePortLike, options: MessagePortLinkOptions) {
    this.#onPost = options.onPost ?? (() => false)
    this.maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#port = port
    this.#inbox = new Inbox({ defer: (job) => queueMicrotask(job), maxBacklogBytes: options.maxBacklogBytes })
    listen(port, {
      message: (data) => this.#receive(data),
      unreadable: () => this.#end('malformed-message'),
      closed: () => this.#end('connection-lost'),
    })
  }

  send(frame: Uint8Array): void {
    if (this.#inbox.over) return
    checkFrameLength(frame, this.maxFrameBytes)
    const isShort = frame.length < TRANSFER_FROM_BYTES
    const whole = isShort && isFrame(frame) ? frame : new Uint8Array(frame)
    this.#port.postMessage(whole, isShort ? [] : [whole.buffer as never])
  }

  post(message: object, transfer: readonly object[] = []): void {
    if (!this.#inbox.over) this.#port.postMessage(message, transfer as never[])
  }

  close(): void {
    this.#end('closed-here')
  }

  start(handlers: LinkHandlers): void {
    this.#inbox.start(handlers)
  }

  ref(): void {
    this.#port.ref?.()
  }

  unref(): void {
    this.#port.unref?.()
  }

  #receive(data: unknown): void {
    if (this.#inbox.over) return
    if (data === GOODBYE) this.#end('closed-by-peer')
    else if (!isFrame(data)) this.#other(data)
    else if (data.length > this.maxFrameBytes) this.#end('frame-over-limit')
    else if (!this.#inbox.accept(data)) this.#end('backlog-full')
  }

  #other(data: unknown): void {
    if (!this.#onPost(data)) this.#end('malformed-message')
  }

  #end(reason: CloseReason): void {
    const isFirst = !this.#inbox.over
    this.#inbox.end(reason)
    if (!isFirst) return
    this.#port.postMessage(GOODBYE, [])
    this.#port.close()
  }
}

/**
 * Whether a value is bytes with a buffer of their own: not a view of more than they show, not memory that the sender
 * still shares. Where `instanceof` fails, across realms (vm contexts, frames of a page), by tag, which takes longer.
 */
function isFrame(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array && Object.getPrototypeOf(value) === Uint8Array.prototype) {
    const { buffer } = value
    return buffer instanceof ArrayBuffer && buffer.byteLength === value.byteLength
  }
  if (!ArrayBuffer.isView(value) || tag(value) !== '[object Uint8Array]') return false
  return tag(value.buffer) === '[object ArrayBuffer]' && value.buffer.byteLength === value.byteLength
}

function tag(value: object): string {
  return Object.prototype.toString.call(value)
}
