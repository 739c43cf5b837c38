import { Inbox } from '../inbox.js'
import type { Link, LinkHandlers } from '../link.js'
import { checkFrameLength } from '../link.js'
import { Channel, type ChannelOptions } from './channel.js'

export interface MemoryLinkOptions extends ChannelOptions {
  readonly maxFrameBytes: number
  readonly maxBacklogBytes: number | undefined
}

/** One end of a connection in memory, and the handles by which a test makes trouble for it. */
export class MemoryLink implements Link {
  readonly reliable: boolean
  readonly maxFrameBytes: number
  readonly #inbox: Inbox
  /** What this end sends goes in here. */
  readonly #outgoing: Channel
  readonly #peer: () => MemoryLink

  private constructor(peer: () => MemoryLink, options: MemoryLinkOptions) {
    const { clock } = options.medium
    this.reliable = options.reliable
    this.maxFrameBytes = options.maxFrameBytes
    this.#inbox = new Inbox({
      defer: (action) => clock.schedule(clock.now(), action),
      maxBacklogBytes: options.maxBacklogBytes,
    })
    this.#peer = peer
    this.#outgoing = new Channel(
      {
        receive: (frame) => peer().#receive(frame),
        peerClosed: () => peer().#inbox.end('closed-by-peer'),
      },
      options,
    )
  }

  /** Both ends of a new connection. */
  static pair(options: MemoryLinkOptions): [MemoryLink, MemoryLink] {
    const a: MemoryLink = new MemoryLink(() => b, options)
    const b: MemoryLink = new MemoryLink(() => a, options)
    return [a, b]
  }

  send(frame: Uint8Array): void {
    if (this.#inbox.over) return
    checkFrameLength(frame, this.maxFrameBytes)
    this.#outgoing.send(frame)
  }

  close(): void {
    if (!this.#inbox.over) this.#outgoing.finish()
    this.#inbox.end('closed-here')
  }

  start(handlers: LinkHandlers): void {
    this.#inbox.start(handlers)
  }

  /** Cuts the direction away from this end, until `unblock`: one half of a partition. */
  block(): void {
    this.#outgoing.block()
  }

  /** Lifts `block`. What a reliable link held back arrives now, in order. */
  unblock(): void {
    this.#outgoing.unblock()
  }

  /** Breaks the connection: both ends are over at once, with `connection-lost`; what is under way arrives nowhere. */
  sever(): void {
    for (const end of [this, this.#peer()]) end.#inbox.end('connection-lost')
  }

  #receive(frame: Uint8Array): boolean {
    if (this.#inbox.over) return false
    if (this.#inbox.accept(frame)) return true
    this.#outgoing.finish()
    this.#inbox.end('backlog-full')
    return false
  }
}
