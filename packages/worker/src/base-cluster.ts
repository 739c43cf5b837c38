/** What every graph cluster does the same way, whatever its nodes run on. */
import type { RoundOutcome } from '@holdfast/node'
import type { CollectionRound, GraphCluster, Partition, Release, TableSizes, Traffic } from './graph-cluster.js'
import type { NodeStatus } from './graph-node.js'
import { REHEARSALS, rehearsalPartitions, releaseAll } from './rehearsal.js'

/** A node of a cluster, near or far. */
export interface ClusterMember {
  readonly name: string
  createObjects(partition: Partition, withBodies: boolean): Promise<void>
  linkReferences(partition: Partition): Promise<void>
  finishLoading(partition: Partition): Promise<void>
  release(release: Release): Promise<void>
  collectLocally(): Promise<number>
  collectCycles(): Promise<RoundOutcome>
  survivors(): Promise<Uint32Array>
  forgetFreed(): Promise<void>
  status(): Promise<NodeStatus>
  tables(): Promise<TableSizes>
  traffic(): Promise<Traffic>
}

/** The coordinator that a cluster starts with, when it is a node of its own. */
export interface OwnCoordinator extends ClusterMember {
  /** Resolves when the next report arrives. */
  nextReport(): Promise<void>
  /** Vanishes without a word. */
  lose(): void
}

export abstract class BaseCluster<Member extends ClusterMember> implements GraphCluster {
  protected readonly members: readonly Member[]
  /** Null once it was lost, or when a member coordinates. */
  protected ownCoordinator: OwnCoordinator | null
  /** Who coordinates without a coordinator of its own. */
  readonly #deputy: Member
  #loseCoordinator: boolean
  /** What a lost coordinator had sent. */
  #lostTraffic: Traffic = { messages: 0, bytes: 0, frames: 0 }

  constructor(members: readonly Member[], coordinator: { own: OwnCoordinator | null; deputy: Member; lose: boolean }) {
    this.members = members
    this.ownCoordinator = coordinator.own
    this.#deputy = coordinator.deputy
    this.#loseCoordinator = coordinator.lose
  }

  get size(): number {
    return this.members.length
  }

  /** @param options.bodies gives every object a JavaScript object of its own */
  async load(partitions: readonly Partition[], { bodies = false }: { bodies?: boolean } = {}): Promise<void> {
    await this.#each((member, index) => member.createObjects(partitions[index], bodies))
    await this.progress(this.#each((member, index) => member.linkReferences(partitions[index])))
    await this.#each((member, index) => member.finishLoading(partitions[index]))
    await this.quiet()
  }

  /** Loads small graphs, drops and collects them, so that the code is compiled when the real work comes. Before any `load`. */
  async rehearse(): Promise<void> {
    const lose = this.#loseCoordinator
    this.#loseCoordinator = false
    for (let seed = 1; seed <= REHEARSALS; seed++) {
      const partitions = rehearsalPartitions(this.size, seed)
      await this.load(partitions)
      await this.release(partitions.map(releaseAll))
      await this.settle()
      await this.collectCycles()
      await this.#each((member) => member.forgetFreed())
    }
    this.#loseCoordinator = lose
  }

  async release(releases: readonly Release[]): Promise<void> {
    await this.#each((member, index) => member.release(releases[index]))
  }

  async settle(): Promise<void> {
    await this.#each((member) => member.collectLocally())
    await this.quiet()
  }

  async collectCycles(): Promise<CollectionRound> {
    const before = await this.#alarms()
    const outcome = await this.progress(this.#round())
    await this.quiet()
    const { suspects, condemned, missing } = outcome
    return { suspects, condemned, missing, alarms: (await this.#alarms()) - before }
  }

  async survivors(): Promise<Uint32Array> {
    const parts = await this.#each((member) => member.survivors())
    const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  async tables(): Promise<TableSizes> {
    const sum = { exports: 0, imports: 0, pins: 0 }
    for (const tables of await Promise.all(this.everyone().map((member) => member.tables()))) {
      sum.exports += tables.exports
      sum.imports += tables.imports
      sum.pins += tables.pins
    }
    return sum
  }

  async traffic(): Promise<Traffic> {
    const sum = { ...this.#lostTraffic }
    for (const traffic of await Promise.all(this.everyone().map((member) => member.traffic()))) {
      sum.messages += traffic.messages
      sum.bytes += traffic.bytes
      sum.frames += traffic.frames
    }
    return sum
  }

  abstract close(): Promise<void>

  /** Waits until nobody has anything to do and no message is under way. */
  protected abstract quiet(): Promise<void>

  /** Waits for something that goes on over messages, and makes them go where nothing else does. */
  protected abstract progress<T>(work: Promise<T>): Promise<T>

  protected everyone(): ClusterMember[] {
    return this.ownCoordinator === null ? [...this.members] : [...this.members, this.ownCoordinator]
  }

  async #round(): Promise<RoundOutcome> {
    const coordinator = this.ownCoordinator
    if (coordinator === null) return this.#deputy.collectCycles()
    if (!this.#loseCoordinator) return coordinator.collectCycles()
    this.#loseCoordinator = false
    // Lost in mid-round: its promise of an outcome is never kept.
    void coordinator.collectCycles()
    await coordinator.nextReport()
    this.#lostTraffic = await coordinator.traffic()
    coordinator.lose()
    this.ownCoordinator = null
    return this.#deputy.collectCycles()
  }

  async #alarms(): Promise<number> {
    const statuses = await Promise.all(this.everyone().map((member) => member.status()))
    return statuses.reduce((sum, status) => sum + status.alarms, 0)
  }

  #each<T>(work: (member: Member, index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.members.map(work))
  }
}
