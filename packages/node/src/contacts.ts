/**
 * The nodes that this one has to do with: the links to them, who has fallen silent, and who is waited for.
 *
 * Invariants
 * - At most one link a peer; another takes the place of the one before.
 * - A node is *silent* from the end of its lease until there is a session with it again, or the time is over in which one could have
 *   saved anything (`givenUp`). It is tried again once a term at most.
 * - Nobody waits for a session longer than a term.
 */
import type { CollectorCore } from '@holdfast/collector'
import { after, type Duration, type Instant, type NodeId } from '@holdfast/core'
import type { Clock, Link } from '@holdfast/transport'
import { Allowance, FramePace, type PaceLimits } from './frame-pace.js'
import { type OnSession, SessionWaiters } from './session-waiters.js'
import type { Turns } from './turns.js'

/** What the contacts need of their node. */
export interface ContactsContext {
  readonly collector: CollectorCore
  readonly turns: Turns
  readonly clock: Clock
  /** Asks the program for a link. */
  readonly connect: (peer: NodeId) => void
  /** The lease's term: how long anybody waits for a session. */
  readonly term: Duration
  /** A frame of a peer was processed. */
  readonly onFrame: ((peer: NodeId) => void) | undefined
  /** How fast frames of one peer are taken in; as they come when left out. */
  readonly pace: PaceLimits | undefined
}

/** Why a session ended, if its lease ran out. */
const LEASE_EXPIRED = 'lease-expired'
/** Why a session ended whose peer has sent more than it may, and went on. */
const OVER_QUOTA = 'quota-rate'

export class Contacts {
  readonly #context: ContactsContext
  readonly #links = new Map<NodeId, Link>()
  readonly #waiters: SessionWaiters
  /** What each peer may still take, if that is limited. */
  readonly #allowances = new Map<NodeId, Allowance>()
  /** Silent nodes, and when each may be tried again. */
  readonly #silent = new Map<NodeId, Instant>()
  /** Nodes whose session is gone or was asked for by the collector, since there has been none. */
  readonly #missed = new Set<NodeId>()

  constructor(context: ContactsContext) {
    this.#context = context
    this.#waiters = new SessionWaiters(context.clock, context.term)
  }

  /** Whether somebody waits for a session. */
  get isAwaiting(): boolean {
    return this.#waiters.size > 0
  }

  /** Nodes with which a session may be needed to settle what is still unsettled here: suspended imports, gifts. O(imports). */
  missed(): NodeId[] {
    if (this.#missed.size === 0) return []
    const { suspended, claims } = this.#context.collector.tables
    if (suspended + claims === 0) this.#missed.clear()
    return [...this.#missed]
  }

  /** Whether there is a session with a node whose lease lasts at this moment. */
  isConnected(node: NodeId): boolean {
    const endsAt = this.#context.collector.leaseEndOf(node)
    return endsAt !== null && this.#context.clock.now() < endsAt
  }

  isSilent(node: NodeId): boolean {
    return this.#silent.has(node)
  }

  /** Takes over one end of a link. */
  add(peer: NodeId, link: Link): void {
    const { turns } = this.#context
    if (turns.isOver) {
      link.close()
      return
    }
    this.#links.get(peer)?.close()
    this.#links.set(peer, link)
    turns.step({ type: 'link-opened', peer, reliable: link.reliable })
    const take = (frame: Uint8Array): void => {
      if (this.#links.get(peer) !== link) return
      turns.step({ type: 'frame', peer, frame })
      this.#context.onFrame?.(peer)
    }
    const pace = this.#paceOf(peer, link, take)
    link.start({
      onFrame: pace === null ? take : (frame) => pace.receive(frame),
      onClose: () => {
        pace?.end()
        if (this.#links.get(peer) !== link) return
        this.#links.delete(peer)
        turns.step({ type: 'link-closed', peer })
      },
    })
  }

  #paceOf(peer: NodeId, link: Link, take: (frame: Uint8Array) => void): FramePace | null {
    const { clock, collector, pace: limits, turns } = this.#context
    if (limits === undefined) return null
    const now = clock.now()
    for (const [other, known] of this.#allowances) {
      if (!this.#links.has(other) && known.isWhole(now)) this.#allowances.delete(other)
    }
    const allowance = this.#allowances.get(peer) ?? new Allowance(limits, now)
    this.#allowances.set(peer, allowance)
    const { counts } = collector
    const deliver = (frame: Uint8Array): number => {
      const before = counts.messagesReceived
      take(frame)
      return counts.messagesReceived - before
    }
    const onOver = (): void => {
      if (this.#links.get(peer) !== link) return
      turns.step({ type: 'end-session', peer, reason: OVER_QUOTA, isFinal: false })
      link.close()
    }
    return new FramePace({ clock, deliver, onOver }, allowance, limits)
  }

  hasLink(peer: NodeId): boolean {
    return this.#links.has(peer)
  }

  closeLink(peer: NodeId): void {
    this.#links.get(peer)?.close()
  }

  /** Gives a frame to the link of a peer, if there is one. */
  transmit(peer: NodeId, frame: Uint8Array): void {
    this.#links.get(peer)?.send(frame)
  }

  /** Asks for a session: over a new link, or over the one there is if the last session on it has ended. */
  reach(node: NodeId): void {
    if (this.#links.has(node)) this.#context.turns.step({ type: 'open-session', peer: node })
    else this.#context.connect(node)
  }

  /** The collector asks for a session, or for a link for the one there is. */
  wanted(node: NodeId): void {
    if (!this.isConnected(node)) this.#missed.add(node)
    this.reach(node)
  }

  /** Tries a silent node again, if a term has passed since the last time. */
  retry(node: NodeId): void {
    const { clock, term } = this.#context
    const now = clock.now()
    const retryAt = this.#silent.get(node)
    if (retryAt === undefined || now < retryAt) return
    this.#silent.set(node, after(now, term))
    this.reach(node)
  }

  /** Tells when there is a session with a node, or that there is none after a term. Asks for it if nobody has. */
  await(node: NodeId, action: OnSession): void {
    const isFirst = !this.#waiters.has(node)
    this.#waiters.add(node, (isOpen) => this.#context.turns.act(() => action(isOpen)))
    if (isFirst) this.reach(node)
  }

  /** Resolves when there is a session with a node, or when there was none for a term. */
  settled(node: NodeId): Promise<void> {
    return new Promise((resolve) => {
      if (this.isConnected(node)) resolve()
      else this.await(node, () => resolve())
    })
  }

  sessionOpened(node: NodeId): void {
    this.#silent.delete(node)
    this.#missed.delete(node)
    this.#waiters.tell(node, true)
  }

  sessionEnded(node: NodeId, reason: string): void {
    this.#missed.add(node)
    if (reason === LEASE_EXPIRED) this.#silent.set(node, this.#context.clock.now())
  }

  /** There is no way to a node for now. */
  cannotReach(node: NodeId): void {
    this.#waiters.tell(node, false)
  }

  /** There will be no session with a node, or none that could save anything. */
  givenUp(node: NodeId): void {
    this.#silent.delete(node)
    this.#missed.delete(node)
    this.#waiters.tell(node, false)
  }

  /** Links close, and who waits is told. */
  close(): void {
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
    this.#waiters.end()
  }
}
