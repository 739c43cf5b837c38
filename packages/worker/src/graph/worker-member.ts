/** A worker as a member of a cluster: what is asked of it goes over its control channel. */
import type { MessagePort } from 'node:worker_threads'
import type { RoundOutcome } from '@holdfast/node'
import { type Remote, transfer } from 'comlink'
import type { WorkerControl } from '../worker-control.js'
import type { ClusterMember } from './base-cluster.js'
import type { Partition, Release, TableSizes, Traffic } from './graph-cluster.js'
import type { NodeStatus } from './graph-node.js'
import type { WorkerFace } from './worker-face.js'

/** Partitions are copied: the same one is handed over three times. */
export class WorkerMember implements ClusterMember {
  readonly control: WorkerControl<WorkerFace>

  constructor(control: WorkerControl<WorkerFace>) {
    this.control = control
  }

  get name(): string {
    return this.control.name
  }

  createObjects(partition: Partition, withBodies: boolean): Promise<void> {
    return this.#call((face) => face.createObjects(partition, withBodies))
  }

  linkReferences(partition: Partition): Promise<void> {
    return this.#call((face) => face.linkReferences(partition))
  }

  finishLoading(partition: Partition): Promise<void> {
    return this.#call((face) => face.finishLoading(partition))
  }

  release(release: Release): Promise<void> {
    return this.#call((face) => face.release(release))
  }

  collectLocally(): Promise<number> {
    return this.#call((face) => face.collectLocally())
  }

  collectCycles(names: readonly string[]): Promise<RoundOutcome> {
    return this.#call((face) => face.collectCycles(names))
  }

  survivors(): Promise<Uint32Array> {
    return this.#call((face) => face.survivors())
  }

  forgetFreed(): Promise<void> {
    return this.#call((face) => face.forgetFreed())
  }

  status(): Promise<NodeStatus> {
    return this.#call((face) => face.status())
  }

  tables(): Promise<TableSizes> {
    return this.#call((face) => face.tables())
  }

  unsettled(): Promise<number> {
    return this.#call((face) => face.unsettled())
  }

  traffic(): Promise<Traffic> {
    return this.#call((face) => face.traffic())
  }

  survivingBodies(): Promise<Uint32Array> {
    return this.#call((face) => face.survivingBodies())
  }

  closeLink(peer: string): Promise<void> {
    return this.#call((face) => face.closeLink(peer))
  }

  block(): Promise<void> {
    return this.#call((face) => face.block())
  }

  terminate(): Promise<void> {
    return this.control.terminate()
  }

  addLink(peer: string, port: MessagePort): Promise<void> {
    return this.#call((face) => face.addLink(peer, transfer(port, [port]) as never))
  }

  #call<T>(make: (face: Remote<WorkerFace>) => Promise<T>): Promise<T> {
    return this.control.call(make)
  }
}
