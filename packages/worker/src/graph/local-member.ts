/** A graph node in this thread as a member of a cluster: a coordinator of its own, or one over the memory transport. */
import type { CollectorEffect } from '@holdfast/collector'
import type { RoundOutcome } from '@holdfast/node'
import type { OwnCoordinator } from './base-cluster.js'
import type { Partition, Release, TableSizes, Traffic } from './graph-cluster.js'
import { GraphNode, type GraphNodeOptions, type NodeStatus } from './graph-node.js'

export class LocalMember implements OwnCoordinator {
  readonly name: string
  readonly node: GraphNode
  #isLost = false
  /** What waits for the next report. */
  readonly #onReport: (() => void)[] = []

  constructor(options: GraphNodeOptions) {
    this.name = options.name
    const onEffect = (effect: CollectorEffect): void => {
      if (effect.type === 'reported') for (const resolve of this.#onReport.splice(0)) resolve()
      options.onEffect?.(effect)
    }
    this.node = new GraphNode({ ...options, onEffect })
  }

  nextReport(): Promise<void> {
    return new Promise((resolve) => this.#onReport.push(resolve))
  }

  /** Whether it has vanished. */
  get isLost(): boolean {
    return this.#isLost
  }

  lose(): void {
    this.#isLost = true
    this.node.close()
  }

  async terminate(): Promise<void> {
    this.lose()
  }

  async createObjects(partition: Partition, withBodies: boolean): Promise<void> {
    this.node.createObjects(partition, withBodies)
  }

  linkReferences(partition: Partition): Promise<void> {
    return this.node.linkReferences(partition)
  }

  async finishLoading(partition: Partition): Promise<void> {
    this.node.finishLoading(partition)
  }

  async release(release: Release): Promise<void> {
    this.node.release(release)
  }

  async collectLocally(): Promise<number> {
    return this.node.collectLocally()
  }

  collectCycles(names: readonly string[]): Promise<RoundOutcome> {
    return this.node.collectCycles(names)
  }

  async survivors(): Promise<Uint32Array> {
    return this.node.survivors()
  }

  async forgetFreed(): Promise<void> {
    this.node.forgetFreed()
  }

  async status(): Promise<NodeStatus> {
    return this.node.status()
  }

  async tables(): Promise<TableSizes> {
    return this.node.tables()
  }

  async unsettled(): Promise<number> {
    return this.node.unsettled()
  }

  async traffic(): Promise<Traffic> {
    return this.node.traffic()
  }
}
