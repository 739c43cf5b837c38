/** The objects of several nodes in one graphology graph, and what can be asked of it. Loaded only when somebody asks. */
import { DirectedGraph } from 'graphology'
import { stronglyConnectedComponents } from 'graphology-components'
import type { ObjectGraph } from './object-graph.js'

export interface VertexAttributes {
  readonly className: string
  /** The node that it lives on. */
  readonly node: string
  /** What keeps it, apart from other objects: `alice: code`. */
  readonly roots: readonly string[]
}

export interface EdgeAttributes {
  readonly path: string
}

export type ClusterGraph = DirectedGraph<VertexAttributes, EdgeAttributes>

/** Puts together what nodes know. Of an object that only others know, the class is `remote`. O(vertices and edges). */
export function clusterGraph(parts: readonly ObjectGraph[]): ClusterGraph {
  const graph: ClusterGraph = new DirectedGraph({ allowSelfLoops: true })
  for (const { node, vertices, edges } of parts) {
    for (const { id, className, roots } of vertices) {
      const known = graph.hasNode(id) ? graph.getNodeAttributes(id) : null
      const owner = id.slice(0, id.indexOf('#'))
      graph.mergeNode(id, {
        className: owner === node || known === null ? className : known.className,
        node: owner,
        roots: [...(known?.roots ?? []), ...roots.map((root) => `${node}: ${root}`)],
      })
    }
    for (const { from, to, path } of edges) graph.mergeEdge(from, to, { path })
  }
  return graph
}

/**
 * Why an object is kept: one line for each root that reaches it, by a shortest way; the nearest first. Empty when nothing but a cycle does.
 * Searches breadth first, backwards. O(vertices and edges).
 */
export function reasonsFor(graph: ClusterGraph, id: string): string[] {
  const reasons: string[] = []
  /** From each vertex that was reached, the way on to the object. */
  const ways = new Map<string, readonly string[]>([[id, []]])
  for (const [vertex, way] of ways) {
    for (const root of graph.getNodeAttribute(vertex, 'roots')) reasons.push([root, ...way].join(' → '))
    graph.forEachInEdge(vertex, (_edge, { path }, from) => {
      if (!ways.has(from)) ways.set(from, [path, ...way])
    })
  }
  return reasons
}

/** The objects of the cycle that one is in; none when it is in none. */
export function cycleOf(graph: ClusterGraph, id: string): string[] {
  const members = stronglyConnectedComponents(graph).find((component) => component.includes(id)) ?? []
  const isCycle = members.length > 1 || (members.length === 1 && graph.hasEdge(id, id))
  return isCycle ? members : []
}
