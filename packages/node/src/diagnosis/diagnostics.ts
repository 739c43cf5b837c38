/** What a node can say of itself and its objects: who holds what, and why. */
import type { NodeId } from '@holdfast/core'
import { UsageError } from '@holdfast/core'
import type { ManagedHeap } from '@holdfast/heap/managed'
import type { Handle } from '@holdfast/heap/object-heap'
import type { HeapNode } from '../heap-node.js'
import type { ClusterGraph } from './cluster-graph.js'
import { idOf, type ObjectGraph, objectGraph } from './object-graph.js'

export interface DiagnosticsContext {
  readonly node: HeapNode
  readonly managed: ManagedHeap
  readonly names: Iterable<readonly [string, Handle]>
  readonly isLeased: (handle: Handle) => boolean
  readonly peers: () => readonly NodeId[]
  /** Calls a method of a node's own service. */
  readonly ask: (node: NodeId, method: string) => PromiseLike<unknown>
}

/** Why an object is kept. */
export interface Explanation {
  /** `bob#3/17`: the node it lives on, that node's lifetime, and the export. */
  readonly id: string
  /** One line for each root that reaches it, the nearest first: `bob: published name 'lobby' → Room.members['al']`. */
  readonly reasons: readonly string[]
  /** Nodes that did not say what they hold. */
  readonly silent: readonly NodeId[]
}

/** A cycle of objects, over as many nodes as it takes. */
export interface Cycle {
  /** Ids as in `Explanation`, with the class: `bob#3/17 Room`. None when the object is in no cycle. */
  readonly members: readonly string[]
  /** Why it is kept, as in `Explanation`: nothing when it is garbage, which the next round frees. */
  readonly reasons: readonly string[]
}

/** The most objects that a node tells of. */
const MAX_OBJECTS = 200_000

export class Diagnostics {
  readonly #context: DiagnosticsContext

  constructor(context: DiagnosticsContext) {
    this.#context = context
  }

  /** What this node knows, as plain data. @throws LimitError `graph-too-large` */
  local(): ObjectGraph {
    const { node, managed, names, isLeased } = this.#context
    // A representative that is dead and was not noticed yet would look like a call under way.
    managed.settle()
    return objectGraph({ node, managed, names, isLeased, limit: MAX_OBJECTS })
  }

  /** Objects and references of this node, or of all that there are sessions with. O(those). */
  async graph(scope: 'node' | 'cluster'): Promise<ClusterGraph> {
    return (await this.#gather(scope)).graph
  }

  /** @throws UsageError `unknown-object`; LimitError `graph-too-large` */
  async explain(object: object): Promise<Explanation> {
    const id = this.#idOf(object)
    const { reasonsFor } = await import('./cluster-graph.js')
    const { graph, silent } = await this.#gather('cluster')
    return { id, reasons: graph.hasNode(id) ? reasonsFor(graph, id) : [], silent }
  }

  /** @throws UsageError `unknown-object`; LimitError `graph-too-large` */
  async cycle(object: object): Promise<Cycle> {
    const id = this.#idOf(object)
    const { cycleOf, reasonsFor } = await import('./cluster-graph.js')
    const { graph } = await this.#gather('cluster')
    if (!graph.hasNode(id)) return { members: [], reasons: [] }
    const members = cycleOf(graph, id).map((member) => `${member} ${graph.getNodeAttribute(member, 'className')}`)
    return { members, reasons: reasonsFor(graph, id) }
  }

  async #gather(scope: 'node' | 'cluster'): Promise<{ graph: ClusterGraph; silent: NodeId[] }> {
    const { peers, ask } = this.#context
    const asked = scope === 'node' ? [] : peers()
    const [{ clusterGraph }, ...answers] = await Promise.all([
      import('./cluster-graph.js'),
      ...asked.map(async (peer) => {
        try {
          return (await ask(peer, 'objects')) as ObjectGraph
        } catch {
          return peer
        }
      }),
    ])
    const parts = answers.filter((answer) => typeof answer !== 'string')
    const silent = answers.filter((answer) => typeof answer === 'string')
    return { graph: clusterGraph([this.local(), ...parts]), silent }
  }

  #idOf(object: object): string {
    const handle = this.#context.managed.handleOf(object)
    if (handle !== undefined) return idOf(this.#context.node, handle)
    throw new UsageError('unknown-object', 'this object has never been shared: only this node can hold it')
  }
}
