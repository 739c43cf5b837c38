/**
 * Links over NATS: any number of nodes share its server, and each pair has a link at no cost but two entries here. A node listens to
 * `<prefix>.node.<its name>.>`; the last part is the link's id, which whoever opens it has chosen. A message is a byte that says what it is,
 * then a frame, or a piece of one that is longer than the server carries.
 *
 * - The server drops messages at slow consumers and while it restarts: links are not `reliable`, the session above repeats.
 * - While this node has no connection nothing is sent: what would pile up is sent again by the session.
 * - Opening is answered. A link whose opening is not, in time, ends: what was sent meanwhile may be lost, and whoever has opened it opens another.
 * - A message for a link that is not here is answered with its end; so is, by the server, one to a node that is not there.
 */

import { after, type Duration } from '@holdfast/core'
import type { Clock } from '../clock.js'
import { Inbox } from '../inbox.js'
import { type CloseReason, checkFrameLength, type Link, type LinkHandlers } from '../link.js'
import { FRAME, FrameAssembly, HEADER_BYTES, messagesOf, PIECE } from './frame-pieces.js'

/** What a link needs of the connection. */
export interface NatsPublisher {
  /** Whether there is a connection: nothing is sent otherwise. */
  readonly isConnected: boolean
  /** The most bytes of a message, for this server. */
  readonly maxPayload: number
  /** @param reply where the server says that nobody has heard it */
  publish(subject: string, data: Uint8Array, reply: string): void
}

/** A message that came to this node. */
export interface Incoming {
  readonly id: string
  readonly data: Uint8Array
  /** Where its sender hears of this link; empty when it is the server that says that nobody has heard. */
  readonly reply: string
}

const OPEN = 1
const GOODBYE = 3
const BROKEN = 4
const OPENED = 5

export interface NatsLinksOptions {
  readonly publisher: NatsPublisher
  /** The subject of a node, without the link's id. */
  readonly subjectOf: (node: string) => string
  readonly self: string
  readonly maxFrameBytes: number
  readonly newId: () => string
  readonly clock: Clock
  /** How long opening a link may take. */
  readonly openMs: Duration
  readonly onLink: (link: Link) => void
}

export class NatsLinks {
  readonly #options: NatsLinksOptions
  /** By the id and the sender's subject: whoever guesses an id has another subject. */
  readonly #links = new Map<string, NatsLink>()

  constructor(options: NatsLinksOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#links.size
  }

  open(peer: string): Link {
    const { newId, subjectOf, publisher, clock, openMs } = this.#options
    const id = newId()
    const link = this.#add(id, `${subjectOf(peer)}.${id}`)
    if (publisher.isConnected) {
      link.say(OPEN)
      link.expectWithin(openMs, clock)
    } else link.end('connection-lost', false)
    return link
  }

  received({ id, data, reply }: Incoming): void {
    if (reply === '') {
      for (const link of this.#links.values()) if (link.id === id) link.end('connection-lost', false)
      return
    }
    const link = this.#links.get(reply)
    const kind = data.length === 0 ? 0 : data[0]
    if (link !== undefined) link.received(kind, data)
    else if (kind === OPEN) this.#opened(id, reply)
    else if (kind === FRAME || kind === PIECE) this.#publish(reply, Uint8Array.of(BROKEN), id)
  }

  /** This node has left: all links end. */
  end(): void {
    for (const link of this.#links.values()) link.end('connection-lost', true)
  }

  #opened(id: string, subject: string): void {
    const link = this.#add(id, subject)
    link.say(OPENED)
    this.#options.onLink(link)
  }

  #add(id: string, subject: string): NatsLink {
    const { maxFrameBytes, publisher } = this.#options
    const send = (data: Uint8Array): void => this.#publish(subject, data, id)
    const link = new NatsLink({ id, maxFrameBytes, publisher, send, onEnd: () => this.#links.delete(subject) })
    this.#links.set(subject, link)
    return link
  }

  #publish(subject: string, data: Uint8Array, id: string): void {
    const { publisher, subjectOf, self } = this.#options
    publisher.publish(subject, data, `${subjectOf(self)}.${id}`)
  }
}

interface NatsLinkOptions {
  readonly id: string
  readonly maxFrameBytes: number
  readonly publisher: Pick<NatsPublisher, 'maxPayload'>
  readonly send: (data: Uint8Array) => void
  readonly onEnd: () => void
}

class NatsLink implements Link {
  readonly reliable = false
  readonly id: string
  readonly maxFrameBytes: number
  readonly #publisher: Pick<NatsPublisher, 'maxPayload'>
  readonly #send: (data: Uint8Array) => void
  readonly #onEnd: () => void
  readonly #inbox = new Inbox({ defer: (job) => queueMicrotask(job) })
  readonly #assembly: FrameAssembly
  /** The number of the last frame. */
  #sent = 0
  #heard = (): void => {}

  constructor({ id, maxFrameBytes, publisher, send, onEnd }: NatsLinkOptions) {
    this.#publisher = publisher
    this.#assembly = new FrameAssembly(maxFrameBytes)
    this.id = id
    this.maxFrameBytes = maxFrameBytes
    this.#send = send
    this.#onEnd = onEnd
  }

  send(frame: Uint8Array): void {
    if (this.#inbox.over) return
    checkFrameLength(frame, this.maxFrameBytes)
    this.#sent = (this.#sent + 1) >>> 0
    for (const message of messagesOf(frame, this.#publisher.maxPayload, this.#sent)) this.#send(message)
  }

  say(kind: number): void {
    this.#send(Uint8Array.of(kind))
  }

  /** Ends it unless the other end says something in time. */
  expectWithin(ms: Duration, clock: Clock): void {
    this.#heard = clock.schedule(after(clock.now(), ms), () => this.end('connection-lost', true))
  }

  close(): void {
    this.end('closed-here', true)
  }

  start(handlers: LinkHandlers): void {
    this.#inbox.start(handlers)
  }

  received(kind: number, data: Uint8Array): void {
    this.#heard()
    if (kind === FRAME) this.#receivedFrame(new Uint8Array(data.subarray(HEADER_BYTES)))
    else if (kind === PIECE) this.#receivedPiece(data)
    else if (kind === GOODBYE) this.end('closed-by-peer', false)
    else if (kind === BROKEN) this.end('connection-lost', false)
    else if (kind !== OPEN && kind !== OPENED) this.end('malformed-message', true)
  }

  /** @param isTold whether the other end hears of it */
  end(reason: CloseReason, isTold: boolean): void {
    const isFirst = !this.#inbox.over
    this.#heard()
    this.#inbox.end(reason)
    if (!isFirst) return
    this.#onEnd()
    if (isTold) this.say(reason === 'closed-here' ? GOODBYE : BROKEN)
  }

  #receivedPiece(piece: Uint8Array): void {
    const frame = this.#assembly.add(piece)
    if (frame === 'malformed') this.end('malformed-message', true)
    else if (frame === 'too-long') this.end('frame-over-limit', true)
    else if (frame !== null) this.#receivedFrame(frame)
  }

  #receivedFrame(frame: Uint8Array): void {
    try {
      if (frame.length > this.maxFrameBytes) this.end('frame-over-limit', true)
      else if (!this.#inbox.accept(frame)) this.end('backlog-full', true)
    } catch (error) {
      // What a handler throws would end the subscription, and with it all links.
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
