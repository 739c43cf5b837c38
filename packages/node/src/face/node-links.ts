/**
 * The links of a node that sees its peers by name: it says its own first, keeps one link to each, and finds ways to nodes that it has
 * to do with: by the program, at addresses that are known, or by asking those that know both.
 */
import { after, type Duration, HoldfastError, type NodeId, ProtocolError } from '@holdfast/core'
import { Backoff, type JoinedNetwork, type Link, type Network, type PostingLink } from '@holdfast/transport'
import { messagePortLink } from '@holdfast/transport/message-port'
import type { Listening, WebSocketServerSource } from '@holdfast/transport/websocket'
import { AddressBook } from './address-book.js'
import { credentialsFor, type Destination, JUDGING_MS } from './authentication.js'
import { NodeClosedError } from './call-errors.js'
import { EarlyPosts } from './early-posts.js'
import { type Greeting, introduce } from './introduction.js'
import { isLater, type LinkRank, rankOf } from './link-rank.js'
import { identityOf, type NewLink } from './new-link.js'
import type { CompleteOptions, ConnectOptions, LinkSource } from './node-options.js'
import { Redials } from './redials.js'
import { type Way, WayExchange } from './way-exchange.js'
import { type ListenOptions, listenForLinks, type OnPost, openLink } from './web-sockets.js'

export interface LinksContext {
  readonly options: CompleteOptions
  readonly addLink: (peer: NodeId, link: Link) => void
  /** Whether there is a session with a node, which another link would go on with. */
  readonly hasSession: (peer: NodeId) => boolean
  /** There is no way to a node: nobody to ask for a link to it, or all have refused. */
  readonly onUnreachable: (peer: NodeId) => void
  /** The link to a node is over, and there is no other. */
  readonly onLost: (peer: NodeId, how: LinkLoss) => void
  /** A node that wanted to be a peer was not admitted. */
  readonly onRefused: (peer: NodeId) => void
}

/** How a link was lost: closed by the other end in good order, or a network's, or one within the program. */
export type LinkLoss = 'farewell' | 'network' | 'port'

interface Membership {
  readonly joined: JoinedNetwork
  readonly isTrusted: boolean
}

interface NamedLink {
  readonly link: Link
  readonly isTrusted: boolean
  readonly rank: LinkRank
}

const DEFAULT_INTRODUCTION_MS = 10_000
/** How many nodes are dialed at once: whoever names more, of those that it says are there, waits for nothing. */
const MAX_DIALING = 64

export class NodeLinks {
  readonly #context: LinksContext
  readonly #book = new AddressBook()
  readonly #ways = new WayExchange({
    connect: (port, isOffer) => {
      this.#connectPort(port, isOffer).catch(() => {})
    },
    addressesOf: (node) => this.#book.of(node),
    onAddresses: (from, peer, addresses) => this.#told(from, peer, addresses),
    reach: (peer) => this.#dialAddresses(peer),
    onRefused: (peer) => this.#refused(peer),
  })
  readonly #redials: Redials
  readonly #listening = new Set<Listening>()
  /** Links whose other end has not said its name yet. */
  readonly #unnamed = new Map<Link, Promise<NodeId>>()
  /** Of each peer the link that stays. */
  readonly #named = new Map<NodeId, NamedLink>()
  /** Nodes that the program has connected to at a URL: lost links to them are made again. */
  readonly #homes = new Map<NodeId, string>()
  /** Nodes that the program has disconnected from, and that were not met since: none of their addresses is dialed. */
  readonly #left = new Set<NodeId>()
  readonly #networks = new Set<Membership>()
  readonly #dialing = new Map<NodeId, Promise<boolean>>()
  #count = 0
  #isClosed = false

  constructor(context: LinksContext) {
    this.#context = context
    const { time: clock, random } = context.options
    const dial = (peer: NodeId): Promise<boolean> => this.#dialAddresses(peer)
    this.#redials = new Redials({ clock, random, dial, isWanted: (peer) => this.#isMissed(peer) })
  }

  /** Whether a peer is joined by a message port, and so is part of the same program, or by a network whose members trust each other. */
  isTrusted(peer: NodeId): boolean {
    return this.#named.get(peer)?.isTrusted ?? false
  }

  /** Joins a network by which nodes are reached by their names. */
  async join(network: Network): Promise<JoinedNetwork> {
    if (this.#isClosed) throw new NodeClosedError()
    const { isTrusted } = network
    const { node: name, lifetime: incarnation } = this.#context.options
    const onLink = (link: Link): void => {
      const made = { link, way: null, isNetwork: true, isTrusted, patience: this.#patience }
      this.#introduced({ ...made, credentials: null, hasCome: true }).catch(() => {})
    }
    const joined = await network.join({ name, incarnation }, { onLink })
    const entry = { joined, isTrusted }
    this.#networks.add(entry)
    const leave = async (): Promise<void> => {
      this.#networks.delete(entry)
      await joined.leave()
    }
    if (this.#isClosed) await leave()
    return {
      get members() {
        return joined.members
      },
      connect: (peer) => joined.connect(peer),
      leave,
    }
  }

  /** Takes over one end of a link, or opens one. @returns the name of the node at the other end */
  async connect(source: LinkSource | string, { patienceMs = 0 }: ConnectOptions = {}): Promise<NodeId> {
    if (typeof source !== 'string') {
      return 'maxFrameBytes' in source ? this.#connectLink(source) : this.#connectPort(source, false)
    }
    this.#book.open(source)
    const peer = await this.#openPatiently(source, patienceMs)
    this.#homes.set(peer, source)
    return peer
  }

  /** Two others are about to share a reference. */
  offer(owner: NodeId, receiver: NodeId): void {
    this.#ways.offer(owner, receiver)
  }

  /** Takes every link that a server brings. */
  async listen(source: WebSocketServerSource, options: ListenOptions): Promise<Listening> {
    if (this.#isClosed) throw new NodeClosedError()
    const { webSocket = {}, node } = this.#context.options
    const onLink = (open: (onPost: OnPost) => PostingLink): void => {
      // Whoever does not say a name is no peer: there is nobody to tell.
      this.#adopt(open).catch(() => {})
    }
    const server = await listenForLinks(source, onLink, { ...webSocket, ...options })
    const stop = (): void => {
      if (this.#listening.delete(listening)) server.stop()
    }
    const listening: Listening = { address: server.address, stop }
    this.#listening.add(listening)
    if (this.#isClosed) stop()
    this.#ways.announce(node, this.#ownAddresses())
    return listening
  }

  /** A link to a node is needed: from the program's `dial`, at an address, or from a peer that has a way to both. */
  dial(peer: NodeId): void {
    void this.#dial(peer).catch(() => this.#refused(peer))
  }

  /** The program wants no link to a node any more, until it connects again or the node does. */
  leave(peer: NodeId): void {
    this.#homes.delete(peer)
    this.#redials.stop(peer)
    this.#left.add(peer)
  }

  close(): void {
    this.#isClosed = true
    this.#redials.stopAll()
    for (const listening of this.#listening) listening.stop()
    for (const { joined } of this.#networks) void joined.leave().catch(() => {})
    this.#networks.clear()
    for (const link of this.#unnamed.keys()) link.close()
  }

  #connectLink(link: Link): Promise<NodeId> {
    return this.#believed(NO_URL, (credentials) =>
      this.#introduced({ link, way: null, isNetwork: false, isTrusted: false, credentials }),
    )
  }

  #connectPort(port: Exclude<LinkSource, Link>, isOffer: boolean): Promise<NodeId> {
    return this.#believed(NO_URL, (credentials) =>
      this.#posting((onPost) => {
        const link = messagePortLink(port, { onPost })
        return { link, way: { isPort: true, link }, isNetwork: false, isTrusted: true, isOffer, credentials }
      }),
    )
  }

  /** At once, unless the program has yet to say what it sends. */
  #believed(to: Destination, connect: (credentials: string | null) => Promise<NodeId>): Promise<NodeId> {
    const credentials = credentialsFor(this.#context.options.credentials, to)
    return credentials instanceof Promise ? credentials.then(connect) : connect(credentials)
  }

  /** @throws ConnectionError, ProtocolError, NodeClosedError */
  async #open(url: string, expected: NodeId | null, isHearsay = false): Promise<NodeId> {
    if (this.#isClosed) throw new NodeClosedError()
    const { webSocket = {}, credentials } = this.#context.options
    const proof = await credentialsFor(credentials, { url, node: expected, isHearsay })
    const posts = new EarlyPosts()
    const link = await openLink(url, webSocket, posts.onPost)
    try {
      const made = { ...this.#networked(link), credentials: proof, dialed: { url, expected } }
      return await this.#introduced(made, posts)
    } catch (error) {
      if (isNotAdmitted(error)) this.#book.shut(url)
      throw error
    }
  }

  async #openPatiently(url: string, patience: Duration): Promise<NodeId> {
    const { time: clock, random } = this.#context.options
    const until = after(clock.now(), patience)
    const backoff = new Backoff({ random })
    for (;;) {
      try {
        return await this.#open(url, null)
      } catch (error) {
        const next = after(clock.now(), backoff.next())
        if (!(error instanceof HoldfastError) || error.name !== 'ConnectionError' || next > until) throw error
        await new Promise<void>((resolve) => void clock.schedule(next, resolve))
      }
    }
  }

  #adopt(open: (onPost: OnPost) => PostingLink): Promise<NodeId> {
    return this.#posting((onPost) => ({ ...this.#networked(open(onPost)), hasCome: true }))
  }

  get #patience(): Duration {
    return this.#context.options.webSocket?.introductionMs ?? DEFAULT_INTRODUCTION_MS
  }

  #networked(link: PostingLink): NewLink {
    const way: Way = { isPort: false, link }
    return { link, way, isNetwork: true, isTrusted: false, patience: this.#patience, credentials: null }
  }

  #posting(make: (onPost: OnPost) => NewLink): Promise<NodeId> {
    const posts = new EarlyPosts()
    return this.#introduced(make(posts.onPost), posts)
  }

  async #introduced(made: NewLink, posts: EarlyPosts | null = null): Promise<NodeId> {
    const { link, way } = made
    if (this.#isClosed) {
      link.close()
      throw new NodeClosedError()
    }
    const { options } = this.#context
    if (options.keepAlive === false) way?.link.unref()
    const isIntroduced = this.#introduce(made, posts)
    this.#unnamed.set(link, isIntroduced)
    const { time: clock, authenticate } = options
    const patience = made.patience ?? (authenticate === undefined ? undefined : JUDGING_MS)
    const isLate = patience === undefined ? null : clock.schedule(after(clock.now(), patience), () => link.close())
    try {
      return await isIntroduced
    } finally {
      isLate?.()
      this.#unnamed.delete(link)
    }
  }

  #introduce(made: NewLink, posts: EarlyPosts | null): Promise<NodeId> {
    const { link, way, dialed, credentials } = made
    const { node, lifetime, authenticate } = this.#context.options
    const judges = authenticate !== undefined
    const addresses = this.#ownAddresses()
    const own: Greeting = { node, incarnation: lifetime, link: ++this.#count, addresses, credentials, judges }
    return new Promise((resolve, reject) => {
      introduce(link, own, {
        judge: judges ? (peer) => authenticate(identityOf(peer, made)) : null,
        onNamed: (peer, introduced) => {
          if (dialed !== undefined && dialed.expected !== null && peer.node !== dialed.expected) {
            const data = { url: dialed.url, expected: dialed.expected, node: peer.node }
            throw new ProtocolError('wrong-peer', 'another node answers at this address', data)
          }
          resolve(peer.node)
          this.#book.learn(peer.node, peer.addresses, dialed?.url ?? null)
          if (this.#replaces(peer.node, rankOf(own, peer), made)) {
            if (way !== null) this.#ways.add(peer.node, way)
            this.#context.addLink(peer.node, introduced)
          } else link.close()
          posts?.handOver((message) => this.#ways.received(peer.node, message))
        },
        onLost: (error) => {
          reject(error)
          const peer = isNotAdmitted(error) ? error.data['node'] : undefined
          if (peer !== undefined) this.#context.onRefused(peer as NodeId)
        },
        onClosed: (peer, reason) => this.#over(peer, made, reason === 'closed-by-peer'),
      })
    })
  }

  /** Whether a new link takes the place of the one that there is, if any. */
  #replaces(peer: NodeId, rank: LinkRank, { link, isOffer, isTrusted }: NewLink): boolean {
    const current = this.#named.get(peer)
    if (current !== undefined && (isOffer === true || !isLater(rank, current.rank))) return false
    this.#named.set(peer, { link, rank, isTrusted })
    this.#left.delete(peer)
    return true
  }

  #over(peer: NodeId, { link, way, dialed, isNetwork }: NewLink, isClosedByPeer: boolean): void {
    if (way !== null) this.#ways.remove(peer, way)
    if (this.#named.get(peer)?.link !== link) return
    this.#named.delete(peer)
    if (this.#isClosed) return
    // A link that is being made may be to this very node, and the reason why it has closed the other one.
    const isFarewell = isClosedByPeer && this.#unnamed.size === 0
    this.#context.onLost(peer, isFarewell ? 'farewell' : isNetwork ? 'network' : 'port')
    if (dialed !== undefined || this.#homes.has(peer)) this.#redials.start(peer)
  }

  async #dial(peer: NodeId): Promise<void> {
    const source = (await this.#context.options.dial?.(peer)) ?? null
    if (source !== null) {
      await (typeof source === 'string' ? this.#open(source, peer) : this.connect(source))
      return
    }
    if (await this.#dialAddresses(peer)) return
    // One that is being joined may be it, or have a way to it.
    await Promise.allSettled(this.#unnamed.values())
    if (!this.#isClosed && !this.#named.has(peer)) this.#ways.ask(peer)
  }

  /** Tries the addresses of a node, one after the other. @returns whether there is a link to it */
  #dialAddresses(peer: NodeId): Promise<boolean> {
    const under = this.#dialing.get(peer)
    if (under !== undefined) return under
    if (this.#dialing.size >= MAX_DIALING) return Promise.resolve(false)
    const dialing = this.#tryAddresses(peer).finally(() => this.#dialing.delete(peer))
    this.#dialing.set(peer, dialing)
    return dialing
  }

  async #tryAddresses(peer: NodeId): Promise<boolean> {
    const home = this.#homes.get(peer)
    const urls = this.#book.openOnes([...(home === undefined ? [] : [home]), ...this.#book.of(peer)])
    const attempts = [
      ...[...this.#networks].map((network) => () => this.#connectByName(peer, network)),
      ...urls.map((url) => () => this.#open(url, peer, url !== home)),
    ]
    for (const attempt of attempts) {
      if (this.#isClosed || this.#left.has(peer)) return false
      if (this.#named.has(peer)) return true
      try {
        await attempt()
        return true
      } catch {
        // The next may be better.
      }
    }
    return this.#named.has(peer)
  }

  #connectByName(peer: NodeId, { joined, isTrusted }: Membership): Promise<NodeId> {
    return this.#believed({ url: null, node: peer, isHearsay: false }, (credentials) => {
      const dialed = { url: null, expected: peer }
      const link = joined.connect(peer)
      const patience = this.#patience
      return this.#introduced({ link, way: null, isNetwork: true, isTrusted, dialed, patience, credentials })
    })
  }

  /** Where a node can be reached, in the words of a peer. */
  #told(from: NodeId, peer: NodeId, addresses: readonly string[]): void {
    const { node, webSocket } = this.#context.options
    const allowed = addresses.filter((url) => webSocket?.mayDial?.(url, peer) ?? true)
    if (peer === node) return
    if (peer === from) this.#book.learn(peer, allowed, null)
    else this.#book.hear(peer, allowed)
  }

  #ownAddresses(): string[] {
    return [...this.#listening].flatMap(({ address }) => address ?? [])
  }

  #isMissed(peer: NodeId): boolean {
    if (this.#isClosed || this.#named.has(peer)) return false
    return this.#homes.has(peer) || this.#context.hasSession(peer)
  }

  #refused(peer: NodeId): void {
    if (!this.#isClosed && !this.#named.has(peer)) this.#context.onUnreachable(peer)
  }
}

const NO_URL: Destination = { url: null, node: null, isHearsay: false }

const isNotAdmitted = (error: unknown): error is ProtocolError =>
  error instanceof ProtocolError && error.code === 'not-admitted'
