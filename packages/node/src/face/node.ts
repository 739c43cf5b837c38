/**
 * A node as its program sees it: objects of other nodes as if they were here, and none of them, nor any of its own, kept for longer
 * than somebody somewhere needs it.
 */
import type { TableSizes } from '@holdfast/collector'
import { type NodeAddress, type NodeId, nodeId } from '@holdfast/core'
import type { ManagedWeakMap } from '@holdfast/heap/managed'
import type { JoinedNetwork, Network } from '@holdfast/transport'
import type { Listening, WebSocketServerSource } from '@holdfast/transport/websocket'
import type { ClusterGraph } from '../diagnosis/cluster-graph.js'
import type { Cycle, Explanation } from '../diagnosis/diagnostics.js'
import type { NodeStats } from '../diagnosis/node-stats.js'
import type { HeapNode } from '../heap-node.js'
import type { LeaseBook } from '../leases/lease-book.js'
import type { Future, Remote } from '../remote-type.js'
import type { RoundOutcome } from '../rounds.js'
import { attempt, type NodeEventOf, type NodeEventType } from './events.js'
import type { ExactOptions, ExactOutcome } from './exact.js'
import type { FinalizationQueue } from './finalization-queue.js'
import { RemoteFuture } from './future.js'
import { NodeCore } from './node-core.js'
import type { CompleteOptions, ConnectOptions, LinkSource } from './node-options.js'
import type { WeakReference } from './weak-reference.js'
import type { ListenOptions } from './web-sockets.js'

export class HoldfastNode {
  readonly id: NodeId
  /** Keeps single objects for a time, whatever becomes of their holders. */
  readonly leases: LeaseBook
  /** What the program wanted to know of objects that are gone, in the order in which they went. */
  readonly reclaimed: FinalizationQueue
  readonly #core: NodeCore

  /** @internal Use `createNode`. */
  constructor(options: CompleteOptions) {
    this.#core = new NodeCore(options)
    this.id = this.#core.id
    this.leases = this.#core.leases
    this.reclaimed = this.#core.reclaimed
  }

  /** The nodes that there is a session with. */
  get peers(): NodeId[] {
    return this.#core.peers
  }

  /** How many entries the tables have: all 0 when nothing is shared. O(entries). */
  get tables(): TableSizes {
    return this.#node.tables
  }

  /**
   * Joins this node to another: by a message port (of a worker, a frame, a tab; the other end is connected there), by the `ws:` or `wss:`
   * URL of one that listens, or by any other link. A link to a URL that is lost is made again, until `disconnect`; what is under way
   * waits for it (see `reconnectMs`).
   * @returns the other node's name
   * @throws ConnectionError; ProtocolError `not-introduced`, `unsupported-version`, `same-name`; UsageError `not-an-address`; NodeClosedError
   */
  connect(source: LinkSource | string, options?: ConnectOptions): Promise<NodeId> {
    return this.#core.links.connect(source, options)
  }

  /**
   * Takes whoever connects to a port of this machine, to a server of `ws`, or to one of `node:http` or `node:https`. Others are told at which
   * address this node listens, and connect to it when they get a reference to one of its objects.
   * @throws ConnectionError `listen-failed`; UsageError `not-a-server`, `not-an-address`, `unsupported` in browsers; NodeClosedError
   */
  listen(source: WebSocketServerSource, options: ListenOptions = {}): Promise<Listening> {
    return this.#core.links.listen(source, options)
  }

  /**
   * Joins a network in which nodes reach each other by name, as `natsNetwork` of `@holdfast/transport/nats`: no `connect` is needed, any
   * member can be looked up.
   * @throws ConnectionError; ProtocolError `older-incarnation`; NodeClosedError
   */
  join(network: Network): Promise<JoinedNetwork> {
    return this.#core.links.join(network)
  }

  /**
   * Closes the link to a node, if there is one, and makes no other until it is connected to again, or connects itself. What both hold of each
   * other stays for the time of a lease and a quarantine.
   */
  disconnect(peer: string): void {
    this.#core.disconnect(nodeId(peer))
  }

  /**
   * Makes an object known to all peers by a name, until `unpublish`. As long it stays, whoever holds it.
   * @throws UsageError `name-taken`, `untraceable-field`
   */
  publish(name: string, object: object): void {
    this.#core.names.publish(name, object)
  }

  /** @returns whether there was something under this name */
  unpublish(name: string): boolean {
    const handle = this.#core.names.unpublish(name)
    if (handle === null) return false
    this.#node.reclaim([handle])
    return true
  }

  /** What another node has published. The future rejects with code `unknown-name` if it is nothing. */
  lookup<T>(peer: string, name: string): Future<Remote<T>> {
    const found =
      peer === this.id
        ? RemoteFuture.following(Promise.resolve().then(() => this.#core.names.find(name)))
        : this.#core.request(nodeId(peer), 'lookup', [name])
    return found as unknown as Future<Remote<T>>
  }

  /** @returns stops listening */
  on<Type extends NodeEventType>(type: Type, listener: (event: NodeEventOf<Type>) => void): () => void {
    return this.#core.events.on(type, listener)
  }

  /**
   * Tells, once, when a remote object is gone for good: at once if it is already.
   * @returns stops that
   * @throws UsageError `not-remote`
   */
  onBroken(remote: object, callback: () => void): () => void {
    return this.#core.broken.add(this.#core.remote(remote).handle, callback)
  }

  /**
   * Tells, after the fact, when an object of this node, or the last reference here to one of another, is gone. The callback must not refer
   * to it. See `reclaimed` for many.
   * @returns stops that
   */
  onReclaimed(object: object, callback: () => void): () => void {
    const { managed } = this.#core.runtime
    return managed.onFreed(managed.referTo(object), () => attempt(callback))
  }

  /**
   * Refers to an object, of this node or another, without keeping it. What only weak references refer to is freed, together with the cycle
   * that it may be in.
   * @returns when its owner knows of it; rejects as calls do
   */
  async weak<T extends object>(object: T): Promise<WeakReference<T>> {
    const { references } = await this.#core.late.weak.load()
    return references.create(object)
  }

  /** A map keyed by objects and remote objects, which it does not keep. */
  weakMap<K extends object, V>(): ManagedWeakMap<K, V> {
    return this.#core.runtime.managed.weakMap<K, V>()
  }

  /**
   * Collects now: what nothing refers to in this node and at the peers that trust it, then cycles over all of them and whoever takes part. Rounds go on by
   * themselves anyway; this is for tests, and for whoever wants to see.
   * @throws UsageError `closed`
   */
  async collect(): Promise<RoundOutcome> {
    const nodes = new Set<NodeId>([this.id, ...this.peers])
    for (;;) {
      await Promise.allSettled([...nodes].map((node) => this.bringOutYourDead(node)))
      const outcome = await this.#node.collectCycles([...nodes])
      // A cycle may go on at nodes that this one has had nothing to do with.
      const others = outcome.unreported.filter((node) => !nodes.has(node))
      if (others.length === 0) return outcome
      for (const node of others) nodes.add(node)
    }
  }

  /** Collects what nothing here or elsewhere refers to, and tells the owners of what is held no more: the local half of `collect`. */
  async collectLocally(): Promise<void> {
    await this.#core.collectLocally()
  }

  /** Collects locally, here or at a peer that trusts this node, and settles what is due. Nobody is asked to ask others. */
  async bringOutYourDead(peer: string = this.id): Promise<void> {
    if (peer === this.id) await this.collectLocally()
    else await this.#core.request(nodeId(peer), 'bringOutYourDead', [])
  }

  /**
   * Takes an object back from those that hold it, or from one: for them it is broken. Its leases end.
   * @throws UsageError `no-session` for one node that there is no session with
   */
  revoke(object: object, peer?: string): void {
    const handle = this.#core.runtime.managed.handleOf(object)
    if (handle === undefined) return
    this.#node.revoke(handle, peer === undefined ? undefined : nodeId(peer))
    if (peer === undefined) this.#core.late.owned.ifWanted((owned) => owned.endAll(handle))
  }

  /** The nodes that hold an object of this node, each with its lifetime. */
  referrers(object: object): NodeAddress[] {
    const handle = this.#core.runtime.managed.handleOf(object)
    return handle === undefined ? [] : this.#node.referrersOf(handle)
  }

  /** Why an object, of this node or another, is kept: asks all peers that trust this node. @throws UsageError `unknown-object` */
  async explain(object: object): Promise<Explanation> {
    return (await this.#core.late.diagnostics.load()).explain(object)
  }

  /**
   * Asks V8 which ordinary objects and functions nothing but other nodes leads to, and what they lead to: so that the next `collect` finds
   * cycles through them, too, of all nodes that have asked. It blocks the thread for about 0.1 s a MB of its heap: for quiet moments.
   *
   * The answer is good for an object until a message or the program comes to it again. A WeakRef of the program's own does so unseen: what it
   * gets at may then be broken. `node.weak` is safe.
   * @throws UsageError `unsupported` where it is not Node
   */
  async traceExact(options: ExactOptions = {}): Promise<ExactOutcome> {
    return (await this.#core.late.exact.load()).trace(options)
  }

  /**
   * What keeps an object in this thread, whether other nodes hold it or not, as a way from a root of V8: `globalThis.lobby.members[3].listener
   * (closure at chat.js:12:5)`. Null when no code of this thread can get at it. Blocks like `traceExact`.
   * @throws UsageError `unsupported` where it is not Node, `not-an-object`
   */
  explainExact(object: object): Promise<string | null> {
    // Not in the frame of an async function: that would keep the object.
    return this.#core.late.exact.load().then((exact) => exact.explain(object))
  }

  /** The cycle that an object is in, over all peers that trust this node; `collect` frees it if nothing else keeps it. */
  async cycles(object: object): Promise<Cycle> {
    return (await this.#core.late.diagnostics.load()).cycle(object)
  }

  /** Objects and references as a graphology graph, of this node or of all its peers that trust it. */
  async graph(scope: 'node' | 'cluster' = 'node'): Promise<ClusterGraph> {
    return (await this.#core.late.diagnostics.load()).graph(scope)
  }

  stats(): NodeStats {
    const { node, managed, marshal, callee } = this.#core.runtime
    return {
      id: this.id,
      objects: managed.sizes,
      heapBytes: node.heap.memoryBytes,
      tables: node.tables,
      publishedNames: this.#core.names.size,
      leases: this.#core.late.owned.here?.size ?? 0,
      pendingCalls: node.pendingCalls,
      keptAnswers: callee.keptAnswers,
      streams: marshal.streamCount,
      sessions: node.sessions().map((session) => ({ ...session, held: node.sessionWith(session.peer)?.held ?? 0 })),
      counts: { ...node.counts },
    }
  }

  /**
   * Tells this node that another is gone for good (its worker has ended, its process was killed), where that is known from elsewhere:
   * calls to it reject and its objects are broken at once, and not when its lease and quarantine are over.
   */
  declareGone(peer: string): void {
    this.#core.declareGone(nodeId(peer))
  }

  /**
   * Closes the node for good: it says so to its peers, for whom all its objects are broken from then on, and whose calls reject; so do its
   * own. Idempotent.
   */
  close(): void {
    this.#core.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  get #node(): HeapNode {
    return this.#core.runtime.node
  }
}
