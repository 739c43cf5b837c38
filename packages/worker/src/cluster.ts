/**
 * Nodes in worker threads. Comlink is the control channel (start, wire, load, release, ask); the protocol runs over a
 * mesh of message ports, and two nodes are wired when they first need each other.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { RoundOutcome } from '@holdfast/node'
import { RealClock } from '@holdfast/transport'
import { messagePortLink } from '@holdfast/transport/message-port'
import { proxy, type Remote, transfer } from 'comlink'
import { BaseCluster, type ClusterMember } from './base-cluster.js'
import { graphFactory } from './graph-choice.js'
import type { GraphClusterOptions, Partition, Release, TableSizes, Traffic } from './graph-cluster.js'
import type { NodeStatus } from './graph-node.js'
import { LocalMember } from './local-member.js'
import { COORDINATOR, nodeNames } from './names.js'
import { restingState } from './quiet.js'
import { WorkerControl } from './worker-control.js'
import type { WorkerFace } from './worker-face.js'

/** How long to leave the workers alone between two looks at whether they have come to rest, in ms. */
const QUIET_POLL_MS = 2

export class Cluster extends BaseCluster<WorkerMember> {
  /** Starts the workers and waits until each answers. @throws WorkerGoneError */
  static async start(options: Omit<GraphClusterOptions, 'transport' | 'loss' | 'seed'>): Promise<Cluster> {
    const names = nodeNames(options.nodes)
    const members = names.map((name) => new WorkerMember(new WorkerControl(name)))
    const wiring = new Wiring(members)
    const createGraph = await graphFactory(options.graph)
    const clock = new RealClock()
    const connect = (peer: string): void => wiring.wire(COORDINATOR, peer)
    const own = new LocalMember({ name: COORDINATOR, names, clock, connect, createGraph })
    wiring.coordinator = own
    const cluster = new Cluster(members, {
      own: options.coordinator === undefined || options.replaceCoordinator === true ? own : null,
      deputy: members[options.coordinator ?? 0],
      lose: options.replaceCoordinator ?? false,
    })
    try {
      const { graph } = options
      await Promise.all(
        members.map(({ name, control }) =>
          control.call((face) =>
            face.start(
              { name, names, graph },
              proxy((peer: string) => wiring.wire(name, peer)),
            ),
          ),
        ),
      )
      if (options.rehearse === true) await cluster.rehearse()
    } catch (error) {
      await cluster.close()
      throw error
    }
    return cluster
  }

  /** Labels whose JavaScript objects survive a forced collection of every worker's own heap; loaded with `bodies`. */
  async survivingBodies(): Promise<Uint32Array> {
    const parts = await Promise.all(this.members.map(({ control }) => control.call((face) => face.survivingBodies())))
    return Uint32Array.from(parts.flatMap((part) => [...part]))
  }

  /** Stops one node's thread wherever it is, as a crash would. Idempotent. */
  async terminate(index: number): Promise<void> {
    await this.members[index]?.control.terminate()
  }

  async close(): Promise<void> {
    this.ownCoordinator?.lose()
    await Promise.all(this.members.map(({ control }) => control.terminate()))
  }

  protected async quiet(): Promise<void> {
    let before: string | null = null
    for (;;) {
      const everyone = this.everyone()
      const statuses = await Promise.all(everyone.map((member) => member.status()))
      const now = restingState(new Map(everyone.map(({ name }, index) => [name, statuses[index]])))
      if (now !== null && now === before) return
      before = now
      if (now === null) await sleep(QUIET_POLL_MS)
    }
  }

  /** Nodes wait for each other's messages, and one that died sends none: its end is the end of the work. */
  protected progress<T>(work: Promise<T>): Promise<T> {
    return Promise.race(this.members.map(({ control }) => control.call(() => work)))
  }
}

/** A worker as a member. Partitions are copied: the same one is handed over three times. */
class WorkerMember implements ClusterMember {
  readonly control: WorkerControl

  constructor(control: WorkerControl) {
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

  collectCycles(): Promise<RoundOutcome> {
    return this.#call((face) => face.collectCycles())
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

  traffic(): Promise<Traffic> {
    return this.#call((face) => face.traffic())
  }

  addLink(peer: string, port: MessagePort): Promise<void> {
    return this.#call((face) => face.addLink(peer, transfer(port, [port]) as never))
  }

  #call<T>(make: (face: Remote<WorkerFace>) => Promise<T>): Promise<T> {
    return this.control.call(make)
  }
}

/** Joins two nodes by a message channel, once. */
class Wiring {
  readonly #members: ReadonlyMap<string, WorkerMember>
  readonly #wired = new Set<string>()
  coordinator: LocalMember | null = null

  constructor(members: readonly WorkerMember[]) {
    this.#members = new Map(members.map((member) => [member.name, member]))
  }

  wire(from: string, to: string): void {
    const key = from < to ? `${from}|${to}` : `${to}|${from}`
    if (this.#wired.has(key)) return
    this.#wired.add(key)
    const { port1, port2 } = new MessageChannel()
    this.#give(from, to, port1)
    this.#give(to, from, port2)
  }

  #give(name: string, peer: string, port: MessagePort): void {
    // A worker that is gone takes its port with it; whoever waits for it learns from its control.
    if (name === COORDINATOR) this.coordinator?.node.addLink(peer, messagePortLink(port))
    else
      this.#members
        .get(name)
        ?.addLink(peer, port)
        .catch(() => port.close())
  }
}
