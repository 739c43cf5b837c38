/**
 * The same nodes in this thread, over a network in memory that may lose, repeat and reorder frames, under virtual time: a run is
 * the same every time, and waiting costs nothing.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { UsageError } from '@holdfast/core'
import { VirtualClock } from '@holdfast/transport'
import { type Faults, MemoryNetwork } from '@holdfast/transport/memory'
import { BaseCluster } from './base-cluster.js'
import { graphFactory } from './graph-choice.js'
import type { GraphClusterOptions } from './graph-cluster.js'
import { LocalMember } from './local-member.js'
import { COORDINATOR, nodeNames } from './names.js'

/** Frames of a faulty network take so long, in virtual ms; they overtake each other. */
const FAULTY_DELAY = { min: 0, max: 20 }
/** A run that makes no progress in so many events is stuck. */
const MAX_EVENTS = 20_000_000

export class MemoryCluster extends BaseCluster<LocalMember> {
  readonly #clock: VirtualClock

  static async start(options: Omit<GraphClusterOptions, 'transport'>): Promise<MemoryCluster> {
    const clock = new VirtualClock()
    const { loss, seed } = options
    const faults: Faults = loss === 0 ? {} : { loss, duplication: loss / 4, delay: FAULTY_DELAY }
    const network = new MemoryNetwork({ clock, seed, faults })
    const names = nodeNames(options.nodes)
    const createGraph = await graphFactory(options.graph)
    const everyone = new Map<string, LocalMember>()
    const wired = new Set<string>()
    const connect = (from: string, to: string): void => {
      const key = from < to ? `${from}|${to}` : `${to}|${from}`
      const [a, b] = [everyone.get(from), everyone.get(to)]
      if (a === undefined || b === undefined || wired.has(key)) return
      wired.add(key)
      const [near, far] = network.connect()
      // Not inside the step of the node that asked.
      clock.schedule(clock.now(), () => {
        a.node.addLink(to, near)
        b.node.addLink(from, far)
      })
    }
    for (const name of [...names, COORDINATOR]) {
      everyone.set(name, new LocalMember({ name, names, clock, createGraph, connect: (peer) => connect(name, peer) }))
    }
    return new MemoryCluster(
      clock,
      names.map((name) => everyone.get(name) as LocalMember),
      {
        own: everyone.get(COORDINATOR) as LocalMember,
        options,
      },
    )
  }

  private constructor(
    clock: VirtualClock,
    members: readonly LocalMember[],
    { own, options }: { own: LocalMember; options: Omit<GraphClusterOptions, 'transport'> },
  ) {
    super(members, {
      own: options.coordinator === undefined || options.replaceCoordinator === true ? own : null,
      deputy: members[options.coordinator ?? 0],
      lose: options.replaceCoordinator ?? false,
    })
    this.#clock = clock
  }

  async close(): Promise<void> {
    this.ownCoordinator?.lose()
    for (const member of this.members) member.node.close()
  }

  protected async quiet(): Promise<void> {
    while (this.#clock.pending > 0) {
      this.#clock.runUntilIdle({ limit: MAX_EVENTS })
      await turn()
    }
  }

  protected async progress<T>(work: Promise<T>): Promise<T> {
    let over = false
    const end = (): void => {
      over = true
    }
    work.then(end, end)
    for (;;) {
      await turn()
      if (over) return work
      if (this.#clock.pending === 0) throw new UsageError('stuck', 'nothing is under way, and the work is not done')
      // One event at a time here: what waits for a promise (a coordinator that is to be lost) gets its turn between two.
      this.#clock.step()
    }
  }
}
