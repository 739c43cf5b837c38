/**
 * What every graph cluster does the same way, whatever its nodes run on. It does without the nodes that were terminated; one that is
 * gone without that has the calls rejected that need it.
 */
import { UsageError } from '@holdfast/core'
import type { RoundOutcome } from '@holdfast/node'
import type { CollectionRound, GraphCluster, Partition, Release, TableSizes, Traffic } from './graph-cluster.js'
import type { NodeStatus } from './graph-node.js'
import { REHEARSALS, rehearsalPartitions, releaseAll } from './rehearsal.js'

/** A round in a rehearsal may lack a node, whose session ended while it compiled; the next has it. */
const MAX_REHEARSED_ROUNDS = 50

/** A node of a cluster, near or far. */
export interface ClusterMember {
  readonly name: string
  createObjects(partition: Partition, withBodies: boolean): Promise<void>
  linkReferences(partition: Partition): Promise<void>
  finishLoading(partition: Partition): Promise<void>
  release(release: Release): Promise<void>
  collectLocally(): Promise<number>
  collectCycles(names: readonly string[]): Promise<RoundOutcome>
  survivors(): Promise<Uint32Array>
  forgetFreed(): Promise<void>
  status(): Promise<NodeStatus>
  tables(): Promise<TableSizes>
  /** Entries of its tables that wait for something. */
  unsettled(): Promise<number>
  traffic(): Promise<Traffic>
  /** Stops it wherever it is. Idempotent. */
  terminate(): Promise<void>
}

/** The coordinator that a cluster starts with, when it is a node of its own. */
export interface OwnCoordinator extends ClusterMember {
  /** Resolves when the next report arrives. */
  nextReport(): Promise<void>
  /** Vanishes without a word. */
  lose(): void
}

/** Who coordinates. */
export interface Coordinators<Member> {
  /** A node of its own, unless a member coordinates. */
  readonly own: OwnCoordinator | null
  /** Who coordinates without it, as long as it is there. */
  readonly deputy: Member
  /** Whether the own one is to be lost in its first round. */
  readonly lose: boolean
}

export abstract class BaseCluster<Member extends ClusterMember> implements GraphCluster {
  protected readonly members: readonly Member[]
  /** Null once it was lost, or when a member coordinates. */
  protected ownCoordinator: OwnCoordinator | null
  /** Members that were terminated: the cluster does without them. */
  readonly #terminated = new Set<ClusterMember>()
  readonly #deputy: Member
  #loseCoordinator: boolean
  /** What each had sent when it was last asked. */
  readonly #traffic = new Map<ClusterMember, Traffic>()

  constructor(members: readonly Member[], { own, deputy, lose }: Coordinators<Member>) {
    this.members = members
    this.ownCoordinator = own
    this.#deputy = deputy
    this.#loseCoordinator = lose
  }

  get size(): number {
    return this.members.length
  }

  get gone(): readonly number[] {
    return this.members.flatMap((member, index) => (this.#terminated.has(member) ? [index] : []))
  }

  async terminate(index: number): Promise<void> {
    const member = this.members[index]
    if (member === undefined) throw new UsageError('no-such-node', 'the cluster has no node of this index', { index })
    this.#terminated.add(member)
    await member.terminate()
  }

  /** @param options.bodies gives every object a JavaScript object of its own */
  async load(partitions: readonly Partition[], { bodies = false }: { bodies?: boolean } = {}): Promise<void> {
    await this.#all((member, index) => member.createObjects(partitions[index], bodies))
    await this.progress(this.#all((member, index) => member.linkReferences(partitions[index])))
    await this.#all((member, index) => member.finishLoading(partitions[index]))
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
      for (let round = 0; round < MAX_REHEARSED_ROUNDS && (await this.survivors()).length > 0; round++) {
        await this.collectCycles()
      }
      await this.#left((member) => member.forgetFreed())
    }
    this.#loseCoordinator = lose
  }

  async release(releases: readonly Release[]): Promise<void> {
    await this.#left((member) => member.release(releases[this.members.indexOf(member)]))
  }

  async settle(): Promise<void> {
    await this.#left((member) => member.collectLocally())
    await this.quiet()
  }

  async settleLeases(): Promise<void> {
    while (!(await this.#leasesAreSettled())) await this.pause()
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
    const parts = await this.#left((member) => member.survivors())
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
    for (const tables of await this.everyones((member) => member.tables())) {
      sum.exports += tables.exports
      sum.imports += tables.imports
      sum.pins += tables.pins
    }
    return sum
  }

  async traffic(): Promise<Traffic> {
    await this.everyones(async (member) => this.#traffic.set(member, await member.traffic()))
    const sum = { messages: 0, bytes: 0, frames: 0 }
    for (const { messages, bytes, frames } of this.#traffic.values()) {
      sum.messages += messages
      sum.bytes += bytes
      sum.frames += frames
    }
    return sum
  }

  abstract close(): Promise<void>

  /** Waits until nobody has anything to do and no message is under way. */
  protected abstract quiet(): Promise<void>

  /** Waits for something that goes on over messages, and makes them go where nothing else does. */
  protected abstract progress<T>(work: Promise<T>): Promise<T>

  /** Waits a little, so that time passes for the nodes. */
  protected abstract pause(): Promise<void>

  /** The members that are left, and the coordinator. */
  protected everyone(): ClusterMember[] {
    const left = this.members.filter((member) => !this.#terminated.has(member))
    return this.ownCoordinator === null ? left : [...left, this.ownCoordinator]
  }

  /** Asks everyone who is left. @throws what asking throws, unless it was terminated meanwhile */
  protected everyones<T>(ask: (member: ClusterMember) => Promise<T>): Promise<T[]> {
    return this.#ask(this.everyone(), ask)
  }

  /** Settles as the work does, unless one of those that are terminated is to blame for a failure: then later, as `otherwise`. */
  protected async unlessTerminated<T>(
    member: ClusterMember,
    work: Promise<T>,
    otherwise: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!this.#terminated.has(member)) throw error
      return otherwise()
    }
  }

  async #leasesAreSettled(): Promise<boolean> {
    const there = new Set(this.everyone().map(({ name }) => name))
    const statuses = await this.everyones((member) => member.status())
    const knowsAnyoneGone = statuses.some(({ sessions }) => sessions.some(({ peer }) => !there.has(peer)))
    if (knowsAnyoneGone) return false
    return (await this.everyones((member) => member.unsettled())).every((count) => count === 0)
  }

  async #round(): Promise<RoundOutcome> {
    const coordinator = this.ownCoordinator
    if (coordinator === null) return this.#deputyRound()
    if (!this.#loseCoordinator) return coordinator.collectCycles(this.#names())
    this.#loseCoordinator = false
    // Lost in mid-round: it tells nobody any more what came of it.
    coordinator.collectCycles(this.#names()).catch(() => {})
    await coordinator.nextReport()
    this.#traffic.set(coordinator, await coordinator.traffic())
    coordinator.lose()
    this.ownCoordinator = null
    return this.#deputyRound()
  }

  /** A round of the deputy; of the next in line if it was terminated, also in the middle. */
  async #deputyRound(): Promise<RoundOutcome> {
    const start = this.members.indexOf(this.#deputy)
    const line = [...this.members.slice(start), ...this.members.slice(0, start)]
    const coordinator = line.find((member) => !this.#terminated.has(member))
    if (coordinator === undefined) throw new UsageError('nobody-left', 'every node of the cluster was terminated')
    return this.unlessTerminated(coordinator, coordinator.collectCycles(this.#names()), () => this.#deputyRound())
  }

  async #alarms(): Promise<number> {
    const statuses = await this.everyones((member) => member.status())
    return statuses.reduce((sum, status) => sum + status.alarms, 0)
  }

  /** The names of the members that are left. */
  #names(): string[] {
    return this.members.filter((member) => !this.#terminated.has(member)).map(({ name }) => name)
  }

  #left<T>(ask: (member: Member) => Promise<T>): Promise<T[]> {
    return this.#ask(
      this.members.filter((member) => !this.#terminated.has(member)),
      ask,
    )
  }

  async #ask<Asked extends ClusterMember, T>(members: Asked[], ask: (member: Asked) => Promise<T>): Promise<T[]> {
    const none: T[] = []
    const answers = members.map((member) =>
      this.unlessTerminated(
        member,
        ask(member).then((answer) => [answer]),
        async () => none,
      ),
    )
    return none.concat(...(await Promise.all(answers)))
  }

  /** What needs every member, those that are gone included. */
  #all<T>(work: (member: Member, index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.members.map(work))
  }
}
