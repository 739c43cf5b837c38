/**
 * One node of a graph cluster: a `HeapNode` that builds its partition of a graph, lets go of parts of it, and says what
 * is left. The same class runs in a worker thread behind comlink and in this thread.
 *
 * Building takes three calls, each made on all nodes before the next: `createObjects` (every object, pinned while the
 * building lasts), `linkReferences` (asks the owners for every remote target, one call for many), `finishLoading` (pins the roots,
 * lets go of everything else).
 */

import type { CollectorEffect, SessionProgress } from '@holdfast/collector'
import {
  ByteReader,
  ByteWriter,
  type Incarnation,
  nodeId,
  readAscending,
  UsageError,
  writeAscending,
} from '@holdfast/core'
import type { ReferenceGraph } from '@holdfast/graph'
import type { Handle } from '@holdfast/heap/object-heap'
import { type Answer, HeapNode, type IncomingAnswer, type IncomingCall, type RoundOutcome } from '@holdfast/node'
import type { Clock, Link } from '@holdfast/transport'
import type { Partition, Release, TableSizes, Traffic } from './graph-cluster.js'

/** What a node tells whoever waits for the cluster to be quiet. */
export interface NodeStatus {
  /** Its open sessions: last message sent and last one processed, by peer. */
  readonly sessions: readonly SessionProgress[]
  /** Something is still to happen here without another message. */
  readonly busy: boolean
  /** Verdicts refused so far. */
  readonly alarms: number
}

export interface GraphNodeOptions {
  readonly name: string
  readonly clock: Clock
  /** The nodes of the cluster, by index. */
  readonly names: readonly string[]
  readonly connect: (peer: string) => void
  readonly createGraph: ((vertices: number) => ReferenceGraph) | undefined
  readonly onEffect?: (effect: CollectorEffect) => void
}

/** How many labels one call asks for: bounds the turn that answers it. */
const LABELS_PER_CALL = 16384

export class GraphNode {
  readonly #node: HeapNode
  readonly #names: readonly string[]
  /** The handle of every loaded label. */
  readonly #handles = new Map<number, Handle>()
  /** The handles of remote targets, by label. */
  readonly #remoteHandles = new Map<number, Handle>()
  /** Those that are pinned until the references to them are made. */
  readonly #pinnedTargets: Handle[] = []
  /** Bodies of objects, where asked for: watched, not held. */
  readonly #bodies = new Map<number, WeakRef<object>>()

  constructor(options: GraphNodeOptions) {
    this.#names = options.names
    this.#node = new HeapNode({
      node: nodeId(options.name),
      incarnation: 1 as Incarnation,
      clock: options.clock,
      connect: options.connect,
      onCall: (call) => this.#resolve(call),
      ...(options.onEffect === undefined ? {} : { onEffect: options.onEffect }),
      collector: { trusts: () => true, createGraph: options.createGraph },
    })
  }

  addLink(peer: string, link: Link): void {
    this.#node.addLink(nodeId(peer), link)
  }

  /** @param withBodies gives every object a JavaScript object of its own, to see it go (`survivingBodies`) */
  createObjects(partition: Partition, withBodies: boolean): void {
    const { heap } = this.#node
    heap.reserve(partition.objects.length, partition.targets.length)
    for (const label of partition.objects) {
      if (this.#handles.has(label)) throw new UsageError('label-twice', 'a label is loaded once', { label })
      this.#handles.set(label, withBodies ? heap.create(this.#body(label)) : heap.create())
    }
  }

  async linkReferences(partition: Partition): Promise<void> {
    const asked = remoteTargets(partition, this.#handles)
    await Promise.all([...asked].map(([owner, labels]) => this.#ask(owner, labels)))
    const { heap } = this.#node
    for (let index = 0; index < partition.objects.length; index++) {
      const from = this.#handleOf(partition.objects[index])
      for (let at = partition.offsets[index]; at < partition.offsets[index + 1]; at++) {
        heap.addReference(from, this.#handleOf(partition.targets[at]))
      }
    }
  }

  finishLoading(partition: Partition): void {
    const { heap } = this.#node
    for (const label of partition.roots) heap.pin(this.#handleOf(label))
    for (const label of partition.objects) heap.unpin(this.#handleOf(label))
    for (const handle of this.#pinnedTargets.splice(0)) heap.unpin(handle)
  }

  release({ roots, sources, targets }: Release): void {
    const { heap } = this.#node
    for (const label of roots) heap.unpin(this.#handleOf(label))
    for (let index = 0; index < sources.length; index++) {
      heap.removeReference(this.#handleOf(sources[index]), this.#handleOf(targets[index]))
    }
  }

  collectLocally(): number {
    return this.#node.collectLocally()
  }

  collectCycles(): Promise<RoundOutcome> {
    return this.#node.collectCycles(this.#names.map(nodeId))
  }

  /** Labels whose handles still resolve. */
  survivors(): Uint32Array {
    const labels: number[] = []
    for (const [label, handle] of this.#handles) if (this.#node.heap.resolves(handle)) labels.push(label)
    return Uint32Array.from(labels)
  }

  /** Forgets the labels of objects that are gone, so that they can be loaded anew. */
  forgetFreed(): void {
    for (const handles of [this.#handles, this.#remoteHandles]) {
      for (const [label, handle] of handles) if (!this.#node.heap.resolves(handle)) handles.delete(label)
    }
  }

  /** Labels whose JavaScript objects are still there; ask after a forced collection of this thread. */
  survivingBodies(): Uint32Array {
    return Uint32Array.from([...this.#bodies].filter(([, body]) => body.deref() !== undefined).map(([label]) => label))
  }

  status(): NodeStatus {
    return { sessions: this.#node.sessions(), busy: this.#node.isBusy, alarms: this.#node.counts.alarms }
  }

  tables(): TableSizes {
    return this.#node.tables
  }

  traffic(): Traffic {
    const { messagesSent, bytesSent, framesSent } = this.#node.counts
    return { messages: messagesSent, bytes: bytesSent, frames: framesSent }
  }

  close(): void {
    this.#node.close()
  }

  #body(label: number): object {
    const body = { label }
    this.#bodies.set(label, new WeakRef(body))
    return body
  }

  #handleOf(label: number): Handle {
    const handle = this.#handles.get(label) ?? this.#remoteHandles.get(label)
    if (handle === undefined) throw new UsageError('unknown-label', 'the label was not loaded here', { label })
    return handle
  }

  /** Asks an owner for references to its objects; keeps each, pinned once. */
  async #ask(owner: number, labels: readonly number[]): Promise<void> {
    const node = nodeId(this.#names[owner])
    const chunks: number[][] = []
    for (let at = 0; at < labels.length; at += LABELS_PER_CALL) chunks.push(labels.slice(at, at + LABELS_PER_CALL))
    const ask = (chunk: readonly number[]): Promise<void> =>
      new Promise((resolve, reject) => {
        const writer = new ByteWriter()
        writeAscending(writer, chunk)
        this.#node.call({ to: { node }, payload: writer.finish() }, (answer) => {
          if (this.#take(chunk, answer)) resolve()
          else reject(new UsageError('not-loaded', 'the owner of a target did not answer with it', { node }))
        })
      })
    await Promise.all(chunks.map(ask))
  }

  #take(labels: readonly number[], answer: IncomingAnswer | null): boolean {
    if (answer === null || answer.references.length !== labels.length) return false
    return labels.every((label, place) => {
      const handle = answer.references[place]
      if (handle === null || handle === undefined) return false
      this.#node.heap.pin(handle)
      this.#pinnedTargets.push(handle)
      this.#remoteHandles.set(label, handle)
      return true
    })
  }

  /** Answers a peer's question for objects by label. */
  #resolve({ payload }: IncomingCall): Answer | undefined {
    const reader = new ByteReader(payload)
    const labels = readAscending(reader)
    const references = Array.from(labels, (label) => this.#handles.get(label))
    if (references.includes(undefined)) return undefined
    return { references: references as Handle[], payload: new Uint8Array(0) }
  }
}

/** The labels that a partition needs from each other node, ascending, each once. */
function remoteTargets(partition: Partition, own: ReadonlyMap<number, Handle>): Map<number, number[]> {
  const byOwner = new Map<number, Set<number>>()
  for (let at = 0; at < partition.targets.length; at++) {
    const label = partition.targets[at]
    if (own.has(label)) continue
    const owner = partition.owners[at]
    const labels = byOwner.get(owner)
    if (labels === undefined) byOwner.set(owner, new Set([label]))
    else labels.add(label)
  }
  return new Map([...byOwner].map(([owner, labels]) => [owner, [...labels].sort((a, b) => a - b)]))
}
