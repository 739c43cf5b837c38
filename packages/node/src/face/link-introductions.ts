/** Links that are about to be a node's: each end says who it is, is judged where somebody judges, and has so long for it. */
import { after, type Duration, type NodeId, ProtocolError } from '@holdfast/core'
import type { Link } from '@holdfast/transport'
import { JUDGING_MS } from './authentication.js'
import { NodeClosedError } from './call-errors.js'
import { type Greeting, introduce } from './introduction.js'
import type { CompleteOptions } from './node-options.js'
import type { Way } from './way-exchange.js'
import type { OnPost } from './web-sockets.js'

export interface NewLink {
  readonly link: Link
  readonly way: Way | null
  /** Whether it leads out of this program. */
  readonly isNetwork: boolean
  /** Whether the node at the other end is one of those that trust each other. */
  readonly isTrusted: boolean
  /** It came from another node, for whom this one may need it. */
  readonly isOffer?: boolean
  /** This node has dialed it: at which URL, if there was one, and whom it has expected there. */
  readonly dialed?: { readonly url: string | null; readonly expected: NodeId | null }
  /** How long the introduction may take. */
  readonly patience?: Duration
  /** What this node says to be believed. */
  readonly credentials: string | null
  /** The other node has come by itself. */
  readonly hasCome?: boolean
}

/** Two nodes that know each other's names. */
export interface Meeting {
  readonly own: Greeting
  readonly peer: Greeting
  readonly made: NewLink
  /** To be started in the call in which it comes, or closed. */
  readonly link: Link
}

export interface IntroductionsContext {
  readonly options: CompleteOptions
  readonly ownAddresses: () => readonly string[]
  readonly onNamed: (meeting: Meeting) => void
  /** What the other end has said beside frames. @returns whether it was understood */
  readonly onPost: (peer: NodeId, message: unknown) => boolean
  /** A node that wanted to be a peer was not admitted. */
  readonly onRefused: (peer: NodeId) => void
  /** A link whose other end was named is over. */
  readonly onOver: (peer: NodeId, made: NewLink, isClosedByPeer: boolean) => void
}

export const isNotAdmitted = (error: unknown): error is ProtocolError =>
  error instanceof ProtocolError && error.code === 'not-admitted'

export class LinkIntroductions {
  readonly #context: IntroductionsContext
  /** Links whose other end has not said its name yet. */
  readonly #unnamed = new Map<Link, Promise<NodeId>>()
  #count = 0
  #isClosed = false

  constructor(context: IntroductionsContext) {
    this.#context = context
  }

  /** Whether there is a link whose other end has not said its name yet. */
  get isUnderWay(): boolean {
    return this.#unnamed.size > 0
  }

  /** Resolves when those that are under way are over, however they end. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#unnamed.values())
  }

  /** @returns the name of the node at the other end @throws ProtocolError, NodeClosedError */
  async introduce(made: NewLink, posts: EarlyPosts | null = null): Promise<NodeId> {
    const { link, way } = made
    if (this.#isClosed) {
      link.close()
      throw new NodeClosedError()
    }
    const { time: clock, authenticate, keepAlive } = this.#context.options
    if (keepAlive === false) way?.link.unref()
    const isIntroduced = this.#introduce(made, posts)
    this.#unnamed.set(link, isIntroduced)
    const patience = made.patience ?? (authenticate === undefined ? undefined : JUDGING_MS)
    const isLate = patience === undefined ? null : clock.schedule(after(clock.now(), patience), () => link.close())
    try {
      return await isIntroduced
    } finally {
      isLate?.()
      this.#unnamed.delete(link)
    }
  }

  /** No link is introduced any more. */
  close(): void {
    this.#isClosed = true
    for (const link of this.#unnamed.keys()) link.close()
  }

  #introduce(made: NewLink, posts: EarlyPosts | null): Promise<NodeId> {
    const { onNamed, onPost, onRefused, onOver } = this.#context
    const { link, dialed } = made
    const own = this.#greeting(made)
    return new Promise((resolve, reject) => {
      introduce(link, own, {
        judge: this.#judgeOf(made),
        onNamed: (peer, introduced) => {
          if (dialed !== undefined && dialed.expected !== null && peer.node !== dialed.expected) {
            const data = { url: dialed.url, expected: dialed.expected, node: peer.node }
            throw new ProtocolError('wrong-peer', 'another node answers at this address', data)
          }
          resolve(peer.node)
          onNamed({ own, peer, made, link: introduced })
          posts?.handOver((message) => onPost(peer.node, message))
        },
        onLost: (error) => {
          reject(error)
          const peer = isNotAdmitted(error) ? error.data['node'] : undefined
          if (peer !== undefined) onRefused(peer as NodeId)
        },
        onClosed: (peer, reason) => onOver(peer, made, reason === 'closed-by-peer'),
      })
    })
  }

  #greeting({ credentials }: NewLink): Greeting {
    const { options, ownAddresses } = this.#context
    const { node, lifetime: incarnation, authenticate } = options
    const judges = authenticate !== undefined
    return { node, incarnation, link: ++this.#count, addresses: ownAddresses(), credentials, judges }
  }

  #judgeOf({ link, hasCome = false }: NewLink): ((peer: Greeting) => boolean | Promise<boolean>) | null {
    const { authenticate } = this.#context.options
    if (authenticate === undefined) return null
    return ({ node, incarnation, credentials }) => {
      return authenticate({ node, incarnation, credentials, certificate: link.certificate ?? null, hasCome })
    }
  }
}

/** What is said beside frames before the other end has said its name: its address, at the most. */
const MAX_EARLY_POSTS = 8

/** What the other end says beside its frames, kept until its name is known: the first frame may be read later than what followed it. */
export class EarlyPosts {
  readonly #early: unknown[] = []
  #received: OnPost | null = null

  readonly onPost: OnPost = (message) => {
    if (this.#received !== null) return this.#received(message)
    this.#early.push(message)
    return this.#early.length <= MAX_EARLY_POSTS
  }

  handOver(received: OnPost): void {
    this.#received = received
    for (const message of this.#early.splice(0)) received(message)
  }
}
