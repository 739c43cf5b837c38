/**
 * The answers of an exact trace, from a snapshot.
 *
 * Three searches, the last two made when references are first asked for: `#roots` from the roots, sealed at the holders;
 * `#surroundings` also sealed at the tagged objects, so that it has what needs none of them; `#possible` from the roots and from every tagged
 * object, to know the WeakMaps that anybody but the holders can ask.
 */
import { UsageError } from '@holdfast/core'
import type { ExactTrace } from './exact-trace.js'
import { HeapSnapshot } from './heap-snapshot.js'
import { stepsAlong } from './path-steps.js'
import type { Probed } from './probe.js'
import { type Graph, RootReach } from './reach.js'
import { ReferenceWalk } from './reference-walk.js'

export interface SnapshotTraceOptions {
  /** In the order of the probe's objects. */
  readonly tags: readonly number[]
  readonly probed: Probed
  readonly bytes: number
}

export class SnapshotTrace implements ExactTrace {
  readonly snapshotBytes: number
  readonly #graph: Graph
  readonly #snapshot: HeapSnapshot
  readonly #nodes = new Map<number, number>()
  /** The other way: one object may have several tags. */
  readonly #tags = new Map<number, number[]>()
  /** Holders and the probe. */
  readonly #sealed: Uint8Array
  readonly #roots: RootReach
  #walk: ReferenceWalk | null = null

  constructor(graph: Graph, { tags, probed, bytes }: SnapshotTraceOptions) {
    this.snapshotBytes = bytes
    this.#graph = graph
    this.#snapshot = new HeapSnapshot(graph)
    tags.forEach((tag, place) => {
      const node = probed.objects[place]
      this.#nodes.set(tag, node)
      this.#tags.set(node, [...(this.#tags.get(node) ?? []), tag])
    })
    this.#sealed = flags(graph, [...probed.own, ...probed.holders])
    this.#roots = new RootReach(graph, { sealed: this.#sealed })
  }

  isReachable(tag: number): boolean {
    return this.#roots.truth.has(this.#nodeOf(tag))
  }

  referencesOf(tag: number): readonly number[] {
    const node = this.#nodeOf(tag)
    this.#walk ??= this.#prepareWalk()
    const reached = this.#walk.taggedFrom(node)
    return [...reached].flatMap((found) => (found === node ? [] : (this.#tags.get(found) ?? []))).sort((a, b) => a - b)
  }

  explain(tag: number): string | null {
    const node = this.#nodeOf(tag)
    if (!this.#roots.truth.has(node)) return null
    const edges = this.#roots.paths.edgesTo(node)
    return edges && this.#snapshot.describePath(stepsAlong(this.#graph, edges))
  }

  #nodeOf(tag: number): number {
    const node = this.#nodes.get(tag)
    if (node === undefined) throw new UsageError('no-such-tag', 'no object has this tag', { tag })
    return node
  }

  #prepareWalk(): ReferenceWalk {
    const graph = this.#graph
    const nodes = [...this.#nodes.values()]
    const tagged = flags(graph, nodes)
    const sealed = this.#sealed
    const surroundings = new RootReach(graph, { sealed: sealed.map((flag, node) => flag | tagged[node]) }).truth
    const possible = new RootReach(graph, { sealed, also: nodes }).truth
    return new ReferenceWalk(graph, { tagged, sealed, surroundings, possible })
  }
}

/** One byte a node, 1 for those that are named. */
function flags(graph: Graph, nodes: readonly number[]): Uint8Array {
  const flagged = new Uint8Array(graph.nodeTypes.length)
  for (const node of nodes) flagged[node] = 1
  return flagged
}
