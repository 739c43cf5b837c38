/**
 * The same nodes in this thread, over a network in memory that may lose, repeat and reorder frames, under virtual time: a run is
 * the same every time, and waiting costs nothing.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { after, type Duration, UsageError } from '@holdfast/core'
import { DEFAULT_LEASE } from '@holdfast/lease'
import { VirtualClock } from '@holdfast/transport'
import { type Faults, MemoryNetwork } from '@holdfast/transport/memory'
import { COORDINATOR, nodeNames } from '../names.js'
import { BaseCluster, type Coordinators } from './base-cluster.js'
import { graphFactory } from './graph-choice.js'
import type { GraphClusterOptions } from './graph-cluster.js'
import type { NodeStatus } from './graph-node.js'
import { LocalMember } from './local-member.js'
import { rests, type StatusOf } from './quiet.js'

/** Frames of a faulty network take so long, in virtual ms; they overtake each other. */
const FAULTY_DELAY = { min: 0, max: 20 }
/** Looks, in each term, at whether leases have run out. */
const LOOKS_PER_TERM = 16
/** A run that makes no progress in so many events is stuck. */
const MAX_EVENTS = 20_000_000

interface MemoryClusterParts extends Coordinators<LocalMember> {
  readonly own: LocalMember | null
  readonly pause: Duration
}

export class MemoryCluster extends BaseCluster<LocalMember> {
  readonly #clock: VirtualClock
  readonly #pause: Duration
  readonly #everyone: readonly LocalMember[]
  /** Who did not rest when last asked. */
  #restless = COORDINATOR

  static async start(options: Omit<GraphClusterOptions, 'transport'>): Promise<MemoryCluster> {
    const clock = new VirtualClock()
    const { loss, seed, lease = DEFAULT_LEASE } = options
    const faults: Faults = loss === 0 ? {} : { loss, duplication: loss / 4, delay: FAULTY_DELAY }
    const network = new MemoryNetwork({ clock, seed, faults })
    const names = nodeNames(options.nodes)
    const createGraph = await graphFactory(options.graph)
    const everyone = new Map<string, LocalMember>()
    /** How many links were made for each pair. */
    const made = new Map<string, number>()
    const connect = (from: string, to: string, links: number): void => {
      const key = from < to ? `${from}|${to}` : `${to}|${from}`
      const [a, b] = [everyone.get(from), everyone.get(to)]
      if (a === undefined || b === undefined || a.isLost || b.isLost || links < (made.get(key) ?? 0)) return
      made.set(key, links + 1)
      const [near, far] = network.connect()
      // Not inside the step of the node that asked.
      clock.schedule(clock.now(), () => {
        a.node.addLink(to, near)
        b.node.addLink(from, far)
      })
    }
    for (const name of [...names, COORDINATOR]) {
      const toPeer = (peer: string, links: number): void => connect(name, peer, links)
      everyone.set(name, new LocalMember({ name, names, clock, createGraph, lease, connect: toPeer }))
    }
    const { coordinator, replaceCoordinator: lose = false } = options
    const members = names.map((name) => everyone.get(name) as LocalMember)
    const hasOwn = coordinator === undefined || lose
    const own = hasOwn ? (everyone.get(COORDINATOR) as LocalMember) : null
    const pause = lease.term / LOOKS_PER_TERM
    return new MemoryCluster(clock, members, { own, deputy: members[coordinator ?? 0], lose, pause })
  }

  private constructor(clock: VirtualClock, members: readonly LocalMember[], parts: MemoryClusterParts) {
    super(members, parts)
    this.#clock = clock
    this.#pause = parts.pause
    this.#everyone = parts.own === null ? members : [...members, parts.own]
  }

  async close(): Promise<void> {
    this.ownCoordinator?.lose()
    for (const member of this.members) member.node.close()
  }

  protected async quiet(): Promise<void> {
    for (let events = 1; events <= MAX_EVENTS; events++) {
      if (this.#isAtRest()) {
        // What waits for a promise gets its turn.
        await turn()
        if (this.#isAtRest()) return
      }
      this.#step()
    }
    throw new UsageError('stuck', 'the nodes do not come to rest')
  }

  protected async progress<T>(work: Promise<T>): Promise<T> {
    let over = false
    const end = (): void => {
      over = true
    }
    work.then(end, end)
    for (let events = 1; events <= MAX_EVENTS; events++) {
      await turn()
      if (over) return work
      // One event at a time here: what waits for a promise (a coordinator that is to be lost) gets its turn between two.
      this.#step()
    }
    throw new UsageError('stuck', 'the work does not come to an end')
  }

  protected async pause(): Promise<void> {
    this.#clock.advanceTo(after(this.#clock.now(), this.#pause), { limit: MAX_EVENTS })
    await turn()
  }

  #isAtRest(): boolean {
    const members = new Map(this.#everyone.filter(({ isLost }) => !isLost).map((member) => [member.name, member]))
    const known = new Map<string, NodeStatus>()
    const statusOf: StatusOf = (name) => {
      const status = known.get(name) ?? members.get(name)?.node.status()
      if (status !== undefined) known.set(name, status)
      return status
    }
    // Asked after every event: who did not rest the last time is asked first, and mostly alone.
    const restless = [this.#restless, ...members.keys()].find((name) => !rests(name, statusOf))
    this.#restless = restless ?? this.#restless
    return restless === undefined
  }

  #step(): void {
    if (!this.#clock.step()) throw new UsageError('stuck', 'nothing is under way, and the work is not done')
  }
}
