/**
 * What a node can do besides calls, and most need not: leases on its objects, weak references, diagnosis. Each is loaded when it is needed
 * first.
 */
import type { NodeId } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { Diagnostics } from '../diagnosis/diagnostics.js'
import { Late } from '../late.js'
import type { OwnedLeases } from '../leases/owned-leases.js'
import { NodeClosedError } from './call-errors.js'
import type { ExactTracing } from './exact.js'
import type { PublishedNames } from './published-names.js'
import type { Runtime } from './runtime.js'
import type { WeakPart } from './weak-part.js'

export interface LateContext {
  readonly self: NodeId
  readonly runtime: Runtime
  readonly names: () => PublishedNames
  readonly peers: () => readonly NodeId[]
  /** Calls a method of a node's own service. */
  readonly ask: (node: NodeId, method: string, args: readonly unknown[]) => PromiseLike<unknown>
  /** The node on which an object lives, and its handle here. */
  readonly resolve: (object: object) => { readonly owner: NodeId; readonly handle: Handle }
  /** Tells another node that an object which it holds weakly is gone. */
  readonly tellDead: (peer: NodeId, object: Handle) => void
}

export class LateParts {
  readonly owned = new Late<OwnedLeases>(() => this.#loadOwned())
  readonly weak = new Late<WeakPart>(() => this.#loadWeak())
  readonly diagnostics = new Late<Diagnostics>(() => this.#loadDiagnostics())
  readonly exact = new Late<ExactTracing>(() => this.#loadExact())
  readonly #context: LateContext
  #isClosed = false

  constructor(context: LateContext) {
    this.#context = context
  }

  /** Nothing expires any more, and what is still to be loaded has nothing to do. */
  close(): void {
    this.#isClosed = true
    this.owned.ifWanted((owned) => owned.stop())
  }

  async #loadOwned(): Promise<OwnedLeases> {
    const { OwnedLeases } = await import('../leases/owned-leases.js')
    this.#checkOpen()
    const { clock, node } = this.#context.runtime
    return new OwnedLeases({ heap: node.heap, clock, onReleased: (handles) => node.reclaim(handles) })
  }

  async #loadWeak(): Promise<WeakPart> {
    const { WeakPart } = await import('./weak-part.js')
    this.#checkOpen()
    const { self, runtime, tellDead: tell, resolve, ask } = this.#context
    const { managed, node } = runtime
    const living = (handle: Handle): object | undefined => managed.livingRepresentative(handle)
    return new WeakPart({ heap: node.heap, managed, tell, self, resolve, living, ask })
  }

  async #loadDiagnostics(): Promise<Diagnostics> {
    const { Diagnostics } = await import('../diagnosis/diagnostics.js')
    const { runtime, names, peers, ask } = this.#context
    return new Diagnostics({
      node: runtime.node,
      managed: runtime.managed,
      names: names(),
      isLeased: (handle) => this.owned.here?.isLeased(handle) ?? false,
      peers,
      ask: (peer, method) => ask(peer, method, []),
    })
  }

  async #loadExact(): Promise<ExactTracing> {
    const { ExactTracing } = await import('./exact.js')
    const { runtime } = this.#context
    return new ExactTracing({ managed: runtime.managed, collect: () => runtime.collectNow() })
  }

  /** @throws NodeClosedError */
  #checkOpen(): void {
    if (this.#isClosed) throw new NodeClosedError()
  }
}
