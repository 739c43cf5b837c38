/** What a node can be asked for by its peers, besides calls on its objects. One for each call, since the answer depends on who asks. */
import { type NodeId, UsageError } from '@holdfast/core'
import type { ObjectGraph } from '../diagnosis/object-graph.js'
import type { AcquireLease } from '../leases/owned-leases.js'

export interface ServiceContext {
  /** @throws UsageError `unknown-name` */
  readonly published: (name: string) => object
  readonly cancel: (peer: NodeId, call: number, reason: unknown) => void
  readonly leases: {
    acquire(object: object, lease: AcquireLease): Promise<number>
    renew(id: number, more: number, holder: NodeId): Promise<number>
    release(id: number, holder: NodeId): Promise<boolean>
  }
  readonly weak: {
    hold(object: object, peer: NodeId): Promise<number>
    deref(number: number, peer: NodeId): object | undefined
    died(owner: NodeId, number: number): void
  }
  readonly collectLocally: () => Promise<void>
  /** Whether a peer may see what this node holds, and make it work. */
  readonly trusts: (peer: NodeId) => boolean
  readonly objectGraph: () => Promise<ObjectGraph>
}

export class NodeService {
  readonly #context: ServiceContext
  readonly #peer: NodeId

  constructor(context: ServiceContext, peer: NodeId) {
    this.#context = context
    this.#peer = peer
  }

  /** @throws UsageError `unknown-name` */
  lookup(name: unknown): object {
    return this.#context.published(String(name))
  }

  cancel(call: unknown, reason: unknown): void {
    this.#context.cancel(this.#peer, Number(call), new DOMException(String(reason), 'AbortError'))
  }

  /** @throws UsageError `bad-term`; LimitError */
  acquireLease(object: unknown, term: unknown, sponsor: unknown): Promise<number> {
    const lease = {
      term: Number(term),
      holder: this.#peer,
      sponsor: typeof sponsor === 'function' ? (sponsor as () => unknown) : null,
    }
    return this.#context.leases.acquire(objectOf(object), lease)
  }

  /** @throws UsageError `no-such-lease`, `bad-term` */
  renewLease(id: unknown, more: unknown): Promise<number> {
    return this.#context.leases.renew(Number(id), Number(more), this.#peer)
  }

  releaseLease(id: unknown): Promise<boolean> {
    return this.#context.leases.release(Number(id), this.#peer)
  }

  /** @returns what the object is called in `derefWeakly` and `weakDied` @throws UsageError `not-owned` */
  holdWeakly(object: unknown): Promise<number> {
    return this.#context.weak.hold(objectOf(object), this.#peer)
  }

  derefWeakly(number: unknown): object | undefined {
    return this.#context.weak.deref(Number(number), this.#peer)
  }

  /** The peer says that an object of its own is gone. */
  weakDied(number: unknown): void {
    this.#context.weak.died(this.#peer, Number(number))
  }

  /** Collects here, and tells the owners of what is held no more. Asks nobody for the same. @throws UsageError `untrusted` */
  bringOutYourDead(): Promise<void> {
    this.#checkTrust()
    return this.#context.collectLocally()
  }

  /** @throws UsageError `untrusted`; LimitError `graph-too-large` */
  objects(): Promise<ObjectGraph> {
    this.#checkTrust()
    return this.#context.objectGraph()
  }

  #checkTrust(): void {
    if (this.#context.trusts(this.#peer)) return
    throw new UsageError('untrusted', 'this node answers such questions of nodes that it trusts', { peer: this.#peer })
  }
}

/** @throws UsageError `not-an-object` */
function objectOf(value: unknown): object {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value
  throw new UsageError('not-an-object', 'this is about an object, and there is none')
}
