/** From one tagged object to the next, through what belongs to none of them. */
import type { Graph, Reach } from './reach.js'
import { EPHEMERON } from './weak-edges.js'

export interface WalkedGround {
  /** One byte a node, not 0 for a tagged one. */
  readonly tagged: Uint8Array
  /** The same for what nothing is reached through. */
  readonly sealed: Uint8Array
  /** What the roots reach without a tagged object. */
  readonly surroundings: Reach
  /** What the roots and the tagged objects reach together. */
  readonly possible: Reach
}

export class ReferenceWalk {
  readonly #graph: Graph
  readonly #ground: WalkedGround
  readonly #followed: readonly boolean[]

  constructor(graph: Graph, ground: WalkedGround) {
    this.#graph = graph
    this.#ground = ground
    this.#followed = graph.edgeTypeNames.map((name) => name !== 'weak' && name !== EPHEMERON)
  }

  /** The tagged nodes that a node leads to. O(what lies between). */
  taggedFrom(start: number): Set<number> {
    const { firstEdges, edgeTypes, edgeTargets } = this.#graph
    const { tagged, sealed, surroundings } = this.#ground
    const found = new Set<number>()
    const seen = new Set<number>([start])
    const stack = sealed[start] ? [] : [start]
    const visit = (target: number): void => {
      if (tagged[target]) found.add(target)
      else if (!sealed[target] && !seen.has(target) && !surroundings.has(target)) {
        seen.add(target)
        stack.push(target)
      }
    }
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
        if (this.#followed[edgeTypes[edge]]) visit(edgeTargets[edge])
      }
      for (const value of this.#valuesOf(node)) visit(value)
    }
    return found
  }

  /**
   * Of the entries of WeakMaps: of a key all that some live map may have, of a table those whose keys live anyway. If table and
   * key both belong to tagged objects, it is thus the key's object that leads to the value.
   */
  #valuesOf(node: number): number[] {
    const { sealed, surroundings, possible } = this.#ground
    const holding = (this.#graph.pairs.get(node) ?? []).filter(({ key, table }) => {
      if (sealed[key] || sealed[table]) return false
      return node === key ? possible.has(table) : surroundings.has(key)
    })
    return holding.map(({ value }) => value)
  }
}
