/**
 * What some nodes reach, and by which way: a search in breadth, so that the ways are shortest.
 *
 * An ephemeron's value is reached when its key and its table both are, whichever comes last; its way leads by the key. A sealed
 * node is reached, but nothing is reached through it, not even together with another.
 */
import { type SnapshotTables, sourceOf, typeCode } from './snapshot-tables.js'
import { EPHEMERON, type EphemeronPairs } from './weak-edges.js'

export interface Graph extends SnapshotTables {
  readonly pairs: EphemeronPairs
}

export interface ReachOptions {
  /** One byte a node, not 0 for a sealed one. */
  readonly sealed?: Uint8Array | undefined
  /** Edges to do without; of an ephemeron, the edge from its key. */
  readonly ignoring?: ((edge: number, source: number) => boolean) | undefined
}

export interface Starts {
  /** Edges of the root, which counts as reached. */
  readonly edges: Iterable<number>
  readonly nodes: Iterable<number>
}

export interface RootReachOptions extends ReachOptions {
  /** Nodes that count as roots, too. */
  readonly also?: readonly number[]
}

/** The node above all roots. */
const ROOT = 0
const NOT_REACHED = 0xffffffff
const STARTED_HERE = 0xfffffffe

export class Reach {
  readonly #graph: Graph
  /** The edge by which a node was reached first, or one of the two above. */
  readonly #via: Uint32Array

  /** O(nodes + edges reached); 4 bytes a node, 8 while it runs. */
  constructor(graph: Graph, starts: Starts, options: ReachOptions = {}) {
    this.#graph = graph
    this.#via = new Uint32Array(graph.nodeTypes.length).fill(NOT_REACHED)
    this.#search(this.#begin(starts), options)
  }

  has(node: number): boolean {
    return this.#via[node] !== NOT_REACHED
  }

  /** The edges of the way to a node, from a start on; null when there is none. O(length · log nodes). */
  edgesTo(node: number): number[] | null {
    if (!this.has(node)) return null
    const edges: number[] = []
    for (let edge = this.#via[node]; edge !== STARTED_HERE; edge = this.#via[sourceOf(this.#graph, edge)]) {
      edges.push(edge)
    }
    return edges.reverse()
  }

  /** The nodes to go on from. */
  #begin({ edges, nodes }: Starts): number[] {
    const via = this.#via
    via[ROOT] = STARTED_HERE
    const first: number[] = []
    const visit = (node: number, edge: number): void => {
      if (via[node] !== NOT_REACHED) return
      via[node] = edge
      first.push(node)
    }
    for (const edge of edges) visit(this.#graph.edgeTargets[edge], edge)
    for (const node of nodes) visit(node, STARTED_HERE)
    return first
  }

  #search(first: readonly number[], { sealed, ignoring }: ReachOptions): void {
    const { firstEdges, edgeTypes, edgeTargets, pairs } = this.#graph
    const weak = typeCode(this.#graph.edgeTypeNames, 'weak')
    const ephemeron = typeCode(this.#graph.edgeTypeNames, EPHEMERON)
    const via = this.#via
    const queue = new Uint32Array(via.length)
    queue.set(first)
    let end = first.length
    for (let next = 0; next < end; next++) {
      const node = queue[next]
      if (sealed?.[node]) continue
      for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
        const target = edgeTargets[edge]
        if (via[target] !== NOT_REACHED || edgeTypes[edge] === weak || edgeTypes[edge] === ephemeron) continue
        if (ignoring?.(edge, node)) continue
        via[target] = edge
        queue[end++] = target
      }
      for (const { key, table, value, edge } of pairs.get(node) ?? []) {
        const other = node === key ? table : key
        if (via[value] !== NOT_REACHED || via[other] === NOT_REACHED || sealed?.[other]) continue
        if (ignoring?.(edge, key)) continue
        via[value] = edge
        queue[end++] = value
      }
    }
  }
}

/**
 * What the roots reach. V8 lists the global object of every context below the root by a shortcut, even of a context that only a
 * weak handle knows: `truth` follows none of these. `paths` follows those that are right, so that a way begins at a global
 * object rather than in the tables of the machine.
 */
export class RootReach {
  readonly truth: Reach
  readonly #graph: Graph
  readonly #options: RootReachOptions
  #paths: Reach | null = null

  constructor(graph: Graph, options: RootReachOptions = {}) {
    this.#graph = graph
    this.#options = options
    const shortcut = typeCode(graph.edgeTypeNames, 'shortcut')
    this.truth = this.#search((edge) => graph.edgeTypes[edge] !== shortcut)
  }

  get paths(): Reach {
    this.#paths ??= this.#search((edge) => this.truth.has(this.#graph.edgeTargets[edge]))
    return this.#paths
  }

  /** @param follows which edges of the root to follow, of those that hold */
  #search(follows: (edge: number) => boolean): Reach {
    const { edgeTypes, edgeTypeNames, firstEdges } = this.#graph
    const { also = [], ...options } = this.#options
    const weak = typeCode(edgeTypeNames, 'weak')
    const edges: number[] = []
    for (let edge = 0; edge < firstEdges[ROOT + 1]; edge++) {
      if (edgeTypes[edge] !== weak && follows(edge) && !options.ignoring?.(edge, ROOT)) edges.push(edge)
    }
    return new Reach(this.#graph, { edges, nodes: also }, options)
  }
}
