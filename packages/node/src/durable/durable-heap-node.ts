/**
 * A `HeapNode` that goes on where it stopped, whyever it stopped. Its collector and its heap are written down operation by operation; a
 * frame leaves when all that led to it is on disk, so nobody outside ever saw a state that may be forgotten.
 *
 * What lasts: sessions with all that is unacknowledged, the tables, gifts, the incarnation, the heap's objects with their bodies and
 * references, what has a name (`heap.setRoot`). What does not: pins, handlers that had yet to answer (their callers get an empty answer),
 * and whoever waited for an answer here. Reports and rounds are soft, and begin anew.
 */
import type { CollectorEffect } from '@holdfast/collector'
import { type Incarnation, incarnation, type NodeId } from '@holdfast/core'
import type { Store, StoreError } from '@holdfast/store'
import type { Clock, Link } from '@holdfast/transport'
import { HeapNode } from '../heap-node.js'
import type { HeapNodeOptions } from '../heap-node-options.js'
import { Committer } from './committer.js'
import type { DurableHeap } from './durable-heap.js'
import { heldLink } from './held-link.js'
import { Machines } from './machines.js'
import { ResumedClock } from './resumed-clock.js'

export interface DurableHeapNodeOptions extends Omit<HeapNodeOptions, 'state' | 'incarnation'> {
  /** Of this node alone. The node opens and closes it. */
  readonly store: Store
  /** Of a node whose store is empty: later than every earlier one. Default: the time of day, ms. */
  readonly incarnation?: Incarnation
  /** Entries of so many bytes, or of the size of an image if that is more, are replaced by an image. Default: 8 MiB. */
  readonly imageAfterBytes?: number
  /** The store failed. The node is closed: start another one with the store, once it works again. */
  readonly onStoreFailure?: (error: StoreError) => void
}

const DEFAULT_IMAGE_AFTER_BYTES = 1 << 23

export class DurableHeapNode extends HeapNode {
  declare readonly heap: DurableHeap
  readonly #options: DurableHeapNodeOptions
  readonly #machines: Machines
  readonly #clock: Clock
  readonly #committer: Committer
  /** Calls that have come to an earlier process, by peer. */
  readonly #abandoned: Map<NodeId, readonly number[]>
  #imageBytes = 0
  #stopped: Promise<void> | null = null

  /**
   * The node that a store holds; a new one with an empty store. Give it links then, as it asks for them.
   * @throws StoreError: it can't be used, and says why and what to do
   */
  static async open(options: DurableHeapNodeOptions): Promise<DurableHeapNode> {
    const { store, collector = {}, rules } = options
    const first = options.incarnation ?? incarnation(Date.now())
    try {
      const stored = await store.open()
      const machines = Machines.load({ node: options.node, incarnation: first, collector, rules }, stored)
      const node = new DurableHeapNode(options, machines)
      node.#begin(stored.image !== null)
      await node.committed()
      return node
    } catch (error) {
      await store.close()
      throw error
    }
  }

  private constructor(options: DurableHeapNodeOptions, machines: Machines) {
    const { heap, collector, openCalls, incarnation: lifetime } = machines
    const { lastCall } = openCalls
    const clock = new ResumedClock(options.clock, collector.lastNow)
    super({
      ...options,
      incarnation: lifetime,
      clock,
      // Whoever opens the node has it before it is asked for a link.
      connect: (peer) => void clock.schedule(clock.now(), () => options.connect(peer)),
      onEffect: (effect) => this.#observe(effect),
      state: { heap, collector, lastCall },
    })
    this.#options = options
    this.#machines = machines
    this.#clock = clock
    this.#abandoned = new Map(openCalls.peers().map((peer) => [peer, openCalls.of(peer)]))
    this.#committer = new Committer({
      store: options.store,
      recorder: machines.recorder,
      dueImage: (bytes) => this.#dueImage(bytes),
      seal: () => machines.seal(),
      onFailure: (error) => this.#failed(error),
    })
  }

  /** Why the store failed, if it did. */
  get failure(): StoreError | null {
    return this.#committer.failure
  }

  /**
   * Resolves when all that has happened here so far is on disk: ask before you tell anybody of it who is not reached over a link.
   * @throws StoreError `store-failed`; UsageError `closed`
   */
  committed(): Promise<void> {
    return this.#committer.committed()
  }

  override addLink(peer: NodeId, link: Link): void {
    super.addLink(peer, heldLink(link, this.#committer))
  }

  /** Stops without a word, to go on later; see `stop`. */
  override close(): void {
    void this.stop()
  }

  /**
   * Stops to go on later: links close, whoever waits here for an answer gets null, and the state is left as an image, which a later version
   * reads, too. Peers wait for it as long as the lease says. Resolves when the store is closed. Never rejects; idempotent.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    super.close()
    await this.#committer.stop(() => this.#lastImage())
    await this.#options.store.close().catch(() => {})
  }

  #begin(isBack: boolean): void {
    const { heap, recorder } = this.#machines
    if (isBack) {
      heap.forgetPins()
      this.step({ type: 'restarted' })
      this.collectLocally()
    } else if (recorder.length === 0) this.step({ type: 'flush' })
  }

  /** The first write of a process is an image: it names the node and its incarnation, and no later start repeats what this one has. */
  #dueImage(writtenBytes: number): Uint8Array | null {
    const { collector, heap } = this.#machines
    const { imageAfterBytes = DEFAULT_IMAGE_AFTER_BYTES } = this.#options
    const isFirst = this.#imageBytes === 0
    if (!isFirst && writtenBytes < Math.max(imageAfterBytes, this.#imageBytes)) return null
    if (heap.isCollecting || collector.isInRound) return null
    this.step({ type: 'checkpoint' })
    return this.#image()
  }

  #lastImage(): Uint8Array | null {
    const { collector, heap } = this.#machines
    if (heap.isCollecting) return null
    // Nobody carries out its effects any more: a frame is sent again when there is a link.
    collector.step({ type: 'checkpoint' }, this.#clock.now())
    return this.#image()
  }

  #image(): Uint8Array {
    const image = this.#machines.image()
    this.#imageBytes = image.length
    return image
  }

  #observe(effect: CollectorEffect): void {
    if (effect.type === 'session-opened') this.#answerAbandoned(effect.peer)
    this.#options.onEffect?.(effect)
  }

  /** Whoever has called in this session, and would have been answered by a handler that is gone with its process, need wait no longer. */
  #answerAbandoned(peer: NodeId): void {
    const calls = this.#abandoned.get(peer) ?? []
    this.#abandoned.delete(peer)
    const open = new Set(this.#machines.openCalls.of(peer))
    for (const call of calls) {
      if (open.has(call)) this.step({ type: 'return', to: peer, call, references: [], payload: new Uint8Array(0) })
    }
  }

  #failed(error: StoreError): void {
    void this.stop()
    this.#options.onStoreFailure?.(error)
  }
}
