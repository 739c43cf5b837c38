/** What comlink exposes of a worker: the control channel. The protocol itself runs over the mesh of ports that `addLink` gets. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { MessagePort } from 'node:worker_threads'
import type { CollectorEffect } from '@holdfast/collector'
import { UsageError } from '@holdfast/core'
import type { LeaseOptions } from '@holdfast/lease'
import type { RoundOutcome } from '@holdfast/node'
import { RealClock } from '@holdfast/transport'
import { messagePortLink } from '@holdfast/transport/message-port'
import { type GraphChoice, graphFactory } from './graph-choice.js'
import type { Partition, Release, TableSizes, Traffic } from './graph-cluster.js'
import { GraphNode, type NodeStatus } from './graph-node.js'

export interface WorkerStart {
  readonly name: string
  readonly names: readonly string[]
  readonly graph: GraphChoice
  readonly lease: LeaseOptions
}

/** Asks the main thread to wire this node to a peer, to which there have been so many links. */
export type AskForLink = (peer: string, links: number) => void

/** Tells the main thread that this node has given a peer up. */
export type TellExpired = (peer: string) => void

export class WorkerFace {
  #started: GraphNode | null = null

  async start({ name, names, graph, lease }: WorkerStart, connect: AskForLink, tell: TellExpired): Promise<void> {
    const createGraph = await graphFactory(graph)
    const onEffect = (effect: CollectorEffect): void => {
      if (effect.type === 'expired') tell(effect.peer)
    }
    this.#started = new GraphNode({ name, names, clock: new RealClock(), connect, lease, createGraph, onEffect })
  }

  addLink(peer: string, port: MessagePort): void {
    this.#node.addLink(peer, messagePortLink(port))
  }

  closeLink(peer: string): void {
    this.#node.closeLink(peer)
  }

  /** Blocks this thread for good: it lives on and answers nothing, this neither, as in an endless loop. */
  block(): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }

  createObjects(partition: Partition, withBodies: boolean): void {
    this.#node.createObjects(partition, withBodies)
  }

  linkReferences(partition: Partition): Promise<void> {
    return this.#node.linkReferences(partition)
  }

  finishLoading(partition: Partition): void {
    this.#node.finishLoading(partition)
  }

  release(release: Release): void {
    this.#node.release(release)
  }

  collectLocally(): number {
    return this.#node.collectLocally()
  }

  collectCycles(names: readonly string[]): Promise<RoundOutcome> {
    return this.#node.collectCycles(names)
  }

  survivors(): Uint32Array {
    return this.#node.survivors()
  }

  forgetFreed(): void {
    this.#node.forgetFreed()
  }

  /** Forces V8 to collect this thread's heap first. */
  async survivingBodies(): Promise<Uint32Array> {
    // A WeakRef that was made or read holds its target to the end of the job.
    await new Promise((resolve) => setImmediate(resolve))
    // The flag is the whole process's, and stays: another worker may be between these two lines.
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    gc()
    return this.#node.survivingBodies()
  }

  status(): NodeStatus {
    return this.#node.status()
  }

  tables(): TableSizes {
    return this.#node.tables()
  }

  unsettled(): number {
    return this.#node.unsettled()
  }

  traffic(): Traffic {
    return this.#node.traffic()
  }

  get #node(): GraphNode {
    if (this.#started === null) throw new UsageError('not-started', 'the worker was not told to start')
    return this.#started
  }
}
