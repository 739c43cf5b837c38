/**
 * One node of a graph cluster: a `HeapNode` that builds its partition of a graph, lets go of parts of it, and says what
 * is left. The same class runs in a worker thread behind comlink and in this thread.
 *
 * Building takes three calls, each made on all nodes before the next: `createObjects` (every object, pinned while the
 * building lasts), `linkReferences` (asks the owners for every remote target, one call for many), `finishLoading` (pins the roots,
 * lets go of everything else).
 */

import { type CollectorEffect, MAX_GIFT_DEPTH, type SessionProgress } from '@holdfast/collector'
import {
  after,
  ByteReader,
  ByteWriter,
  type Duration,
  type Incarnation,
  type Instant,
  type NodeId,
  nodeId,
  readAscending,
  UsageError,
  writeAscending,
} from '@holdfast/core'
import type { ReferenceGraph } from '@holdfast/graph'
import type { Handle } from '@holdfast/heap/object-heap'
import { type LeaseOptions, leaseTimes } from '@holdfast/lease'
import { type Answer, HeapNode, type IncomingAnswer, type IncomingCall, type RoundOutcome } from '@holdfast/node'
import type { Clock, Link } from '@holdfast/transport'
import type { Partition, Release, TableSizes, Traffic } from './graph-cluster.js'

/** What a node tells whoever waits for the cluster to be quiet. */
export interface NodeStatus {
  /** Its open sessions: last message sent and last one processed, by peer. */
  readonly sessions: readonly SessionProgress[]
  /** Something is still to happen here without another message. */
  readonly busy: boolean
  /** Nodes without a session with which something here is still to be settled. */
  readonly missed: readonly string[]
  /** Verdicts refused so far. */
  readonly alarms: number
}

export interface GraphNodeOptions {
  readonly name: string
  readonly clock: Clock
  /** The nodes of the cluster, by index. */
  readonly names: readonly string[]
  /** Asks for a link. @param links how many to this peer there have been so far: a later one may be on its way */
  readonly connect: (peer: string, links: number) => void
  readonly lease: LeaseOptions
  readonly createGraph: ((vertices: number) => ReferenceGraph) | undefined
  readonly onEffect?: (effect: CollectorEffect) => void
}

/** How many labels one call asks for: bounds the turn that answers it. */
const LABELS_PER_CALL = 4096
/** How long to wait before an owner is asked again whose session ended before it answered, in ms. */
const ASK_AGAIN_MS = 5

/** What came of asking an owner: without an answer it may be asked again. */
type Asked = 'answered' | 'refused' | 'no answer'

export class GraphNode {
  readonly #node: HeapNode
  readonly #clock: Clock
  readonly #quarantine: Duration
  /** The links to each peer so far, and the last of them. */
  readonly #links = new Map<string, { readonly count: number; readonly last: Link }>()
  readonly #names: readonly string[]
  /** When the last session with each peer began. */
  readonly #openedAt = new Map<string, Instant>()
  /** The handle of every loaded label. */
  readonly #handles = new Map<number, Handle>()
  /** The handles of remote targets, by label. */
  readonly #remoteHandles = new Map<number, Handle>()
  /** Those that are pinned until the references to them are made. */
  readonly #pinnedTargets: Handle[] = []
  /** Bodies of objects, where asked for: watched, not held. */
  readonly #bodies = new Map<number, WeakRef<object>>()

  constructor(options: GraphNodeOptions) {
    const { clock, lease, names } = options
    this.#names = names
    this.#clock = clock
    this.#quarantine = leaseTimes(lease, MAX_GIFT_DEPTH).quarantine
    this.#node = new HeapNode({
      node: nodeId(options.name),
      incarnation: 1 as Incarnation,
      clock,
      connect: (peer) => options.connect(peer, this.#links.get(peer)?.count ?? 0),
      onCall: (call) => this.#resolve(call),
      onEffect: (effect) => {
        if (effect.type === 'session-opened') this.#openedAt.set(effect.peer, clock.now())
        options.onEffect?.(effect)
      },
      collector: { trusts: () => true, createGraph: options.createGraph, lease },
    })
  }

  addLink(peer: string, link: Link): void {
    this.#links.set(peer, { count: (this.#links.get(peer)?.count ?? 0) + 1, last: link })
    this.#node.addLink(nodeId(peer), link)
  }

  /** Closes the link to a peer, if there is one, as if it had broken. */
  closeLink(peer: string): void {
    this.#links.get(peer)?.last.close()
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

  /** @param names of the nodes to ask */
  collectCycles(names: readonly string[]): Promise<RoundOutcome> {
    return this.#node.collectCycles(names.map(nodeId))
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
    const { isBusy, counts } = this.#node
    return { sessions: this.#node.sessions(), busy: isBusy, missed: this.#node.missedNodes(), alarms: counts.alarms }
  }

  tables(): TableSizes {
    const { exports, imports, pins } = this.#node.tables
    return { exports, imports, pins }
  }

  /** How many entries of the tables wait for a session, for the end of a quarantine or for an acknowledgement. */
  unsettled(): number {
    const { pins, quarantined, claims, suspended } = this.#node.tables
    return pins + quarantined + claims + suspended
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
    await Promise.all(chunks.map((chunk) => this.#askUntilAnswered(node, chunk)))
  }

  /**
   * A session may end at any time, and its calls with it: the owner is asked again, unless there was none for so long that it would
   * have been given up.
   */
  async #askUntilAnswered(node: NodeId, labels: readonly number[]): Promise<void> {
    const startedAt = this.#clock.now()
    for (;;) {
      const asked = await this.#askOnce(node, labels)
      if (asked === 'answered') return
      const heardAt = Math.max(startedAt, this.#openedAt.get(node) ?? startedAt)
      if (asked === 'refused' || this.#clock.now() - heardAt >= this.#quarantine) {
        throw new UsageError('not-loaded', 'the owner of a target did not answer with it', { node })
      }
      await new Promise<void>((resolve) => this.#clock.schedule(after(this.#clock.now(), ASK_AGAIN_MS), resolve))
    }
  }

  #askOnce(node: NodeId, labels: readonly number[]): Promise<Asked> {
    const writer = new ByteWriter()
    writeAscending(writer, labels)
    return new Promise((resolve) =>
      this.#node.call({ to: { node }, payload: writer.finish() }, (answer) => resolve(this.#take(labels, answer))),
    )
  }

  /** Keeps what came with an answer. */
  #take(labels: readonly number[], answer: IncomingAnswer | null): Asked {
    if (answer === null) return 'no answer'
    const handles = answer.references.filter((handle) => handle !== null)
    if (handles.length !== labels.length) return 'refused'
    for (const [place, handle] of handles.entries()) {
      this.#node.heap.pin(handle)
      this.#pinnedTargets.push(handle)
      this.#remoteHandles.set(labels[place], handle)
    }
    return 'answered'
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
