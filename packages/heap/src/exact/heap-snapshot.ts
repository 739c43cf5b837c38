/**
 * A heap snapshot to ask: what is there, what refers to what, and why something is still there. Nodes are numbers from 0 (the
 * root of all) to `nodeCount - 1`.
 *
 * What it does not show is not in the file: what native code holds is "a handle" or a native object, not the line of C++ that
 * holds it, and numbers are no nodes.
 */
import { UsageError } from '@holdfast/core'
import { HeapEdge } from './heap-edge.js'
import { describePath } from './path-description.js'
import { type PathStep, stepsAlong } from './path-steps.js'
import { type Graph, RootReach } from './reach.js'
import { indexRetainers, type Retainers } from './retainers.js'
import { type CodeLocation, ScriptLocations } from './script-locations.js'
import { bytesOf, sourceOf } from './snapshot-tables.js'

export interface PathOptions {
  /** Edges to do without. */
  readonly ignoring?: (edge: HeapEdge) => boolean
}

export class HeapSnapshot {
  readonly #graph: Graph
  readonly #locations: ScriptLocations
  #retainers: Retainers | null = null

  constructor(graph: Graph) {
    this.#graph = graph
    this.#locations = new ScriptLocations(graph)
  }

  get nodeCount(): number {
    return this.#graph.nodeTypes.length
  }

  get edgeCount(): number {
    return this.#graph.edgeTypes.length
  }

  /** Bytes of its own columns and strings; 4 a node and 4 an edge more once retainers were asked for. */
  get bytes(): number {
    return bytesOf(this.#graph) + (this.#retainers ? 4 * (this.nodeCount + 1 + this.edgeCount) : 0)
  }

  /** What V8 calls its type: object, closure, string, array, code, hidden, native, synthetic and others. */
  typeOf(node: number): string {
    return this.#graph.nodeTypeNames[this.#graph.nodeTypes[this.#checked(node)]]
  }

  /** The name of an object's class, of a function, of a script; the text of a string (its first 1,024 characters). */
  nameOf(node: number): string {
    return this.#graph.strings.textOf(this.#graph.nodeNames[this.#checked(node)])
  }

  /** V8's number for it, the same in a later snapshot of the same heap. */
  idOf(node: number): number {
    return this.#graph.nodeIds[this.#checked(node)]
  }

  /** Bytes, without what it refers to. */
  selfSizeOf(node: number): number {
    return this.#graph.selfSizes[this.#checked(node)]
  }

  /** Where a function was written; null for anything else, and for functions of V8 itself. */
  locationOf(node: number): CodeLocation | null {
    return this.#locations.locationOf(this.#checked(node))
  }

  /** In V8's order. O(1) an edge; names are decoded when asked for. */
  *edgesOf(node: number): Generator<HeapEdge, void> {
    const { firstEdges } = this.#graph
    const end = firstEdges[this.#checked(node) + 1]
    for (let edge = firstEdges[node]; edge < end; edge++) yield new HeapEdge(this.#graph, edge, node)
  }

  /** The edges that lead to a node. The first call takes O(nodes + edges) for an index, then O(log nodes) an edge. */
  *retainersOf(node: number): Generator<HeapEdge, void> {
    this.#retainers ??= indexRetainers(this.#graph)
    const { starts, edges } = this.#retainers
    const end = starts[this.#checked(node) + 1]
    for (let at = starts[node]; at < end; at++) {
      yield new HeapEdge(this.#graph, edges[at], sourceOf(this.#graph, edges[at]))
    }
  }

  /**
   * A shortest path from the root along edges that hold; null when there is none. O(nodes + edges).
   * Of the entries of WeakMaps it follows those whose key and table are both reached.
   */
  pathTo(node: number, { ignoring }: PathOptions = {}): readonly PathStep[] | null {
    this.#checked(node)
    const graph = this.#graph
    const ignored = ignoring && ((edge: number, source: number) => ignoring(new HeapEdge(graph, edge, source)))
    const edges = new RootReach(graph, { ignoring: ignored }).paths.edgesTo(node)
    return edges && stepsAlong(graph, edges)
  }

  /** In words: `globalThis.lobby.members[3].listener (closure at chat.js:12:5)`. */
  describePath(path: readonly PathStep[]): string {
    return describePath(this, path)
  }

  #checked(node: number): number {
    if (!(Number.isInteger(node) && node >= 0 && node < this.nodeCount)) {
      throw new UsageError('no-such-node', 'the snapshot has no such node', { node })
    }
    return node
  }
}
