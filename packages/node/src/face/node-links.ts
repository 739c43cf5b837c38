/** The links of a node that sees its peers by name: it says its own first, and gets ports from those that have them. */
import type { NodeId } from '@holdfast/core'
import type { Link } from '@holdfast/transport'
import { type MessagePortLink, messagePortLink } from '@holdfast/transport/message-port'
import { NodeClosedError } from './call-errors.js'
import { introduce } from './introduction.js'
import type { CompleteOptions, LinkSource } from './node-options.js'
import { PortExchange } from './port-exchange.js'

/** Something that brings links, as a server does. */
export interface Listener {
  /** @param onLink takes each new link @returns stops listening */
  listen(onLink: (link: LinkSource) => void): () => void
}

export interface LinksContext {
  readonly options: CompleteOptions
  readonly addLink: (peer: NodeId, link: Link) => void
  /** There is no way to a node: nobody to ask for a link to it, or all have refused. */
  readonly onUnreachable: (peer: NodeId) => void
  /** The link to a node is over, and there is no other. `isFarewell`: the other end has closed it in good order. */
  readonly onLost: (peer: NodeId, isFarewell: boolean) => void
}

export class NodeLinks {
  readonly #context: LinksContext
  readonly #ports = new PortExchange({
    connect: (port, isOffer) => {
      this.#connect(port, isOffer).catch(() => {})
    },
    onRefused: (peer) => this.#refused(peer),
  })
  readonly #listening = new Set<() => void>()
  /** Links whose other end has not said its name yet. */
  readonly #unnamed = new Map<Link, Promise<NodeId>>()
  /** Of each peer the newest link. */
  readonly #named = new Map<NodeId, Link>()
  #isClosed = false

  constructor(context: LinksContext) {
    this.#context = context
  }

  /** Whether a peer is joined by a message port, and so is part of the same program. */
  isPort(peer: NodeId): boolean {
    return this.#ports.has(peer)
  }

  /** Takes over one end of a link. @returns the name of the node at the other end */
  connect(source: LinkSource): Promise<NodeId> {
    return this.#connect(source, false)
  }

  /** Two others are about to share a reference. */
  offer(one: NodeId, other: NodeId): void {
    this.#ports.offer(one, other)
  }

  async #connect(source: LinkSource, isOffer: boolean): Promise<NodeId> {
    if (this.#isClosed) throw new NodeClosedError()
    let named: NodeId | null = null
    const onPost = (message: unknown): boolean => named !== null && this.#ports.received(named, message)
    const port = 'maxFrameBytes' in source ? null : messagePortLink(source, { onPost })
    if (this.#context.options.keepAlive === false) port?.unref()
    const link = port ?? (source as Link)
    const introduced = this.#introduced(link, port, isOffer)
    this.#unnamed.set(link, introduced)
    try {
      named = await introduced
      return named
    } finally {
      this.#unnamed.delete(link)
    }
  }

  /** Takes every link that comes. @returns stops that */
  listen(listener: Listener): () => void {
    if (this.#isClosed) throw new NodeClosedError()
    // Whoever does not say a name is no peer: there is nobody to tell.
    const stop = listener.listen((source) => void this.connect(source).catch(() => {}))
    const stopOnce = (): void => {
      if (this.#listening.delete(stopOnce)) stop()
    }
    this.#listening.add(stopOnce)
    return stopOnce
  }

  /** A link to a node is needed: from the program's `dial`, or from a peer that has ports to both. */
  dial(peer: NodeId): void {
    void this.#dial(peer).catch(() => this.#refused(peer))
  }

  close(): void {
    this.#isClosed = true
    for (const stop of this.#listening) stop()
    for (const link of this.#unnamed.keys()) link.close()
  }

  async #dial(peer: NodeId): Promise<void> {
    const source = (await this.#context.options.dial?.(peer)) ?? null
    if (source !== null) {
      await this.connect(source)
      return
    }
    // One that is being joined may be it, or have a port to it.
    await Promise.allSettled(this.#unnamed.values())
    if (!this.#isClosed && !this.#named.has(peer)) this.#ports.ask(peer)
  }

  #refused(peer: NodeId): void {
    if (!this.#isClosed && !this.#named.has(peer)) this.#context.onUnreachable(peer)
  }

  #introduced(link: Link, port: MessagePortLink | null, isOffer: boolean): Promise<NodeId> {
    const { options, addLink, onLost } = this.#context
    return new Promise((resolve, reject) => {
      introduce(link, options.node, {
        onNamed: (peer, introduced) => {
          resolve(peer)
          if (isOffer && this.#named.has(peer)) {
            link.close()
            return
          }
          this.#named.set(peer, link)
          if (port !== null) this.#ports.add(peer, port)
          addLink(peer, introduced)
        },
        onLost: reject,
        onClosed: (peer, reason) => {
          if (port !== null) this.#ports.remove(peer, port)
          if (this.#named.get(peer) !== link) return
          this.#named.delete(peer)
          if (!this.#isClosed) onLost(peer, reason === 'closed-by-peer')
        },
      })
    })
  }
}
