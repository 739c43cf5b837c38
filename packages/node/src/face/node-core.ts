/**
 * What a node's face is made of, put together: the inside (`Runtime`), links, names, leases, and what is told to the program. No more
 * than the wiring between them.
 */
import { type CollectorEffect, PEER_CLOSED } from '@holdfast/collector'
import { after, type Incarnation, type NodeId, nodeId, UsageError } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { type GrantedLease, LeaseBook } from '../leases/lease-book.js'
import { BrokenWatch } from './broken-watch.js'
import { attempt, Events } from './events.js'
import { FinalizationQueue } from './finalization-queue.js'
import type { RemoteFuture } from './future.js'
import { LateParts } from './late-parts.js'
import { type LinkLoss, NodeLinks } from './node-links.js'
import type { CompleteOptions } from './node-options.js'
import { NodeService, type ServiceContext } from './node-service.js'
import { PublishedNames } from './published-names.js'
import { RemoteProxy } from './remote-proxy.js'
import { CALL } from './request.js'
import { Runtime } from './runtime.js'

/** How long calls wait for a link to come back, unless told. The other end of one that was closed there has meant it. */
const RECONNECT_MS = { farewell: 0, port: 1000, network: 5000 }

export class NodeCore {
  readonly id: NodeId
  readonly runtime: Runtime
  readonly links: NodeLinks
  readonly names: PublishedNames
  readonly leases: LeaseBook
  readonly reclaimed: FinalizationQueue
  readonly late: LateParts
  readonly events = new Events()
  readonly broken: BrokenWatch
  /** Nodes that took part in the last round by what others have reported: they are asked in the next. */
  #unreported: readonly NodeId[] = []
  readonly #reconnectMs: typeof RECONNECT_MS
  readonly #coordinator: NodeId | null
  /** Peers that there was a session with, and which lifetime of them, unless they have expired or been started anew since. */
  readonly #met = new Map<NodeId, Incarnation>()

  constructor(options: CompleteOptions) {
    this.id = options.node
    const { reconnectMs: ms } = options
    this.#reconnectMs = ms === undefined ? RECONNECT_MS : { ...RECONNECT_MS, port: ms, network: ms }
    this.#coordinator = options.coordinator === undefined ? null : nodeId(options.coordinator)
    this.links = new NodeLinks({
      options,
      addLink: (peer, link) => this.runtime.node.addLink(peer, link),
      onUnreachable: (peer) => this.runtime.node.cannotReach(peer),
      hasSession: (peer) => this.runtime.node.sessionWith(peer) !== null,
      onLost: (peer, how) => this.#lost(peer, how),
      onRefused: (peer) => this.events.emit({ type: 'not-admitted', peer }),
    })
    const service = this.#service()
    this.runtime = new Runtime({
      options,
      connect: (peer) => this.links.dial(peer),
      introduce: (owner, receiver) => this.links.offer(owner, receiver),
      weakHolds: () => this.late.weak.here?.holders.holds() ?? [],
      serviceFor: (peer) => new NodeService(service, peer),
      onEffect: (effect) => this.#tell(effect),
      onBroken: (handles, why) => this.#broke(handles, why),
      onPinned: (warning) => this.events.emit({ type: 'pinned', ...warning }),
      onCall: (peer, { path }) => {
        if (this.events.has('call')) this.events.emit({ type: 'call', peer, path: path.join('.') })
      },
      onSettled: () => this.broken.prune(),
      trusts: (peer) => this.#trusts(peer),
      coordinated: () => this.#coordinated(),
    })
    const { managed, node } = this.runtime
    const { heap } = node
    this.late = new LateParts({
      self: this.id,
      runtime: this.runtime,
      names: () => this.names,
      peers: () => this.peers,
      ask: (peer, method, args) => this.#ask(peer, method, args),
      resolve: (object) => this.#resolve(object),
      tellDead: (peer, object) => this.#tellDead(peer, object),
    })
    this.names = new PublishedNames(heap, managed)
    this.broken = new BrokenWatch(heap)
    this.leases = new LeaseBook({
      ask: (peer, method, args) => this.#ask(peer, method, args),
      ownerOf: (object) => this.#resolve(object).owner,
      granted: () => this.#granted(),
    })
    this.reclaimed = new FinalizationQueue((object, onFreed) => managed.onFreed(managed.referTo(object), onFreed))
  }

  /** The nodes that there is a session with. */
  get peers(): NodeId[] {
    return this.runtime.node.sessions().map(({ peer }) => peer)
  }

  async collectLocally(): Promise<void> {
    await this.runtime.collectNow()
    this.runtime.node.collectLocally()
  }

  /** Nothing happens any more. */
  close(): void {
    this.links.close()
    this.late.close()
    this.runtime.close()
  }

  /** Calls a method of another node's own service. */
  request(peer: NodeId, method: string, args: readonly unknown[]): RemoteFuture<unknown> {
    return this.runtime.caller.request({ node: peer }, { operation: CALL, path: [method], value: args })
  }

  disconnect(peer: NodeId): void {
    this.links.leave(peer)
    this.runtime.node.closeLink(peer)
  }

  declareGone(peer: NodeId): void {
    this.links.leave(peer)
    this.runtime.node.endSession(peer, 'gone', true)
    this.runtime.node.closeLink(peer)
    this.#over(peer, 'peer-gone')
  }

  /** What is behind a remote object of this node. @throws UsageError `not-remote` */
  remote(object: object): RemoteProxy {
    const remote = RemoteProxy.behind(object)
    if (remote?.calls === this.runtime) return remote
    throw new UsageError('not-remote', 'this is no object of another node that this node refers to')
  }

  #service(): ServiceContext {
    return {
      published: (name) => this.names.find(name),
      cancel: (peer, call, reason) => this.runtime.callee.cancel(peer, call, reason),
      leases: {
        acquire: async (object, lease) => (await this.late.owned.load()).acquire(this.#own(object), lease),
        renew: async (id, more, holder) => (await this.late.owned.load()).renew(id, more, holder),
        release: async (id, holder) => (await this.late.owned.load()).release(id, holder),
      },
      weak: {
        hold: async (object, peer) => {
          const { holders } = await this.late.weak.load()
          const handle = this.#own(object)
          holders.addPeer(handle, peer)
          return handle
        },
        deref: (number, peer) => this.late.weak.here?.holders.deref(number as Handle, peer),
        died: (owner, number) => this.late.weak.ifWanted(({ references }) => references.died(owner, number)),
      },
      collectLocally: () => this.collectLocally(),
      trusts: (peer) => peer === this.id || this.#trusts(peer),
      objectGraph: async () => (await this.late.diagnostics.load()).local(),
    }
  }

  /** Another node is asked by a call, this one directly. */
  async #ask(peer: NodeId, method: string, args: readonly unknown[]): Promise<unknown> {
    if (peer !== this.id) return this.request(peer, method, args)
    const own = new NodeService(this.#service(), this.id) as unknown as Record<string, (...args: unknown[]) => unknown>
    return own[method](...args)
  }

  #resolve(object: object): { owner: NodeId; handle: Handle } {
    const { node, managed } = this.runtime
    if (RemoteProxy.behind(object) === undefined) return { owner: this.id, handle: managed.referTo(object) }
    const { handle } = this.remote(object)
    return { owner: node.ownerOf(handle).node, handle }
  }

  #tellDead(peer: NodeId, object: Handle): void {
    if (this.runtime.node.sessionWith(peer) === null) return
    this.request(peer, 'weakDied', [object]).then(undefined, () => {})
  }

  /** A lifetime of a peer is over: what it held weakly here, and what is held weakly of it, is forgotten. */
  #over(peer: NodeId, how: 'peer-restarted' | 'peer-gone' | 'peer-expired'): void {
    this.late.weak.ifWanted(({ holders, references }) => {
      holders.forget(peer)
      references.lost(peer)
    })
    if (this.#met.delete(peer)) this.events.emit({ type: how, peer })
  }

  /** @throws UsageError `not-owned` for an object of another node */
  #own(object: object): Handle {
    if (RemoteProxy.behind(object) === undefined) return this.runtime.managed.referTo(object)
    throw new UsageError('not-owned', 'only the owner of an object gives leases on it')
  }

  *#granted(): Generator<GrantedLease> {
    for (const { id, object, holder, remaining } of this.late.owned.here ?? []) {
      yield { id, holder, remaining, object: this.runtime.managed.representativeOf(object) }
    }
  }

  /** A session lives on without a link, for the time that one would take to be replaced: calls under way need not be lost. */
  #lost(peer: NodeId, how: LinkLoss): void {
    const { node, clock } = this.runtime
    clock.schedule(after(clock.now(), this.#reconnectMs[how]), () => {
      if (!node.hasLink(peer)) node.endSession(peer, 'link-lost')
    })
  }

  /** Of which nodes this one holds rounds. */
  #coordinated(): readonly NodeId[] {
    const { peers } = this
    const isMine =
      this.#coordinator === null
        ? peers.every((peer) => this.id < peer || !this.links.isTrusted(peer))
        : this.#coordinator === this.id
    return isMine && peers.length > 0 ? [...new Set([this.id, ...peers, ...this.#unreported])] : []
  }

  #trusts(peer: NodeId): boolean {
    return this.#coordinator === null ? this.links.isTrusted(peer) : peer === this.#coordinator
  }

  #broke(handles: ReadonlySet<Handle>, why?: 'refused'): void {
    this.broken.broke(handles, attempt)
    if (!this.events.has('broken')) return
    const remotes = [...handles].flatMap((handle) => this.runtime.managed.livingRepresentative(handle) ?? [])
    this.events.emit(why === undefined ? { type: 'broken', remotes } : { type: 'broken', remotes, why })
  }

  #meet(peer: NodeId, incarnation: Incarnation): void {
    // The session with an earlier lifetime may have ended before a later one appeared.
    const before = this.#met.get(peer)
    if (before !== undefined && before !== incarnation) this.#over(peer, 'peer-restarted')
    this.events.emit({ type: 'peer-up', peer, isBack: this.#met.has(peer) })
    this.#met.set(peer, incarnation)
  }

  #tell(effect: CollectorEffect): void {
    const { events } = this
    switch (effect.type) {
      case 'session-opened':
        this.#meet(effect.peer, effect.incarnation)
        break
      case 'session-ended':
        events.emit({ type: 'peer-down', peer: effect.peer, reason: effect.reason })
        if (effect.reason === 'peer-restarted') this.#over(effect.peer, 'peer-restarted')
        else if (effect.reason === PEER_CLOSED) this.#over(effect.peer, 'peer-gone')
        break
      case 'expired':
        // An earlier lifetime of it may be given up while a later one is here.
        if (this.#met.get(effect.peer) === effect.incarnation) this.#over(effect.peer, 'peer-expired')
        break
      case 'released':
        events.emit({ type: 'released', count: effect.objects.length, by: effect.by })
        break
      case 'alarm':
        events.emit({ type: 'alarm', coordinator: effect.coordinator, condemned: effect.condemned })
        break
      case 'clear-weak':
        this.late.weak.here?.holders.clear(effect.holds)
        break
      case 'judged':
        this.#unreported = effect.unreported
        events.emit({ ...effect, type: 'collected' })
        break
      default:
        break
    }
  }
}
