/**
 * Nodes in worker threads. Comlink is the control channel (start, wire, load, release, ask); the protocol runs over a
 * mesh of message ports, and two nodes are wired when they first need each other.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_GIFT_DEPTH } from '@holdfast/collector'
import type { Duration } from '@holdfast/core'
import { leaseTimes } from '@holdfast/lease'
import { RealClock } from '@holdfast/transport'
import { proxy } from 'comlink'
import { COORDINATOR, nodeNames } from '../names.js'
import { THREAD_LEASE } from '../thread-lease.js'
import { WorkerControl } from '../worker-control.js'
import { BaseCluster, type Coordinators } from './base-cluster.js'
import { graphFactory } from './graph-choice.js'
import type { GraphClusterOptions } from './graph-cluster.js'
import { LocalMember } from './local-member.js'
import { restingState } from './quiet.js'
import { Wiring } from './wiring.js'
import type { WorkerFace } from './worker-face.js'
import { WorkerMember } from './worker-member.js'

/** What each thread runs. */
const SCRIPT = new URL('./worker-main.js', import.meta.url)

/** How long to leave the workers alone between two looks at how far they are, in ms. */
const POLL_MS = 2

export class ThreadCluster extends BaseCluster<WorkerMember> {
  /** How long a node may leave a question of this thread unanswered, when another has given it up, in ms. */
  readonly #patience: Duration

  /** Starts the workers and waits until each answers. @throws WorkerGoneError */
  static async start(options: Omit<GraphClusterOptions, 'transport' | 'loss' | 'seed'>): Promise<ThreadCluster> {
    const { nodes, graph, coordinator, lease = THREAD_LEASE, replaceCoordinator: lose = false } = options
    const names = nodeNames(nodes)
    const members = names.map((name) => new WorkerMember(new WorkerControl<WorkerFace>(name, SCRIPT)))
    const wiring = new Wiring(members)
    const createGraph = await graphFactory(graph)
    const own = new LocalMember({
      name: COORDINATOR,
      names,
      clock: new RealClock(),
      connect: (peer, links) => wiring.wire(COORDINATOR, peer, links),
      lease,
      createGraph,
      onEffect: (effect) => {
        if (effect.type === 'expired') cluster.#suspect(effect.peer)
      },
    })
    wiring.coordinator = own
    const hasOwn = coordinator === undefined || lose
    const coordinators = { own: hasOwn ? own : null, deputy: members[coordinator ?? 0], lose }
    const cluster = new ThreadCluster(members, coordinators, leaseTimes(lease, MAX_GIFT_DEPTH).quarantine)
    try {
      await Promise.all(
        members.map(({ name, control }) =>
          control.call((face) =>
            face.start(
              { name, names, graph, lease },
              proxy((peer: string, links: number) => wiring.wire(name, peer, links)),
              proxy((peer: string) => cluster.#suspect(peer)),
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

  private constructor(members: readonly WorkerMember[], coordinators: Coordinators<WorkerMember>, patience: Duration) {
    super(members, coordinators)
    this.#patience = patience
  }

  /** Labels whose JavaScript objects survive a forced collection of every worker's own heap; loaded with `bodies`. */
  async survivingBodies(): Promise<Uint32Array> {
    const parts = await this.everyones(async (member) =>
      member instanceof WorkerMember ? [...(await member.survivingBodies())] : [],
    )
    return Uint32Array.from(parts.flat())
  }

  /** Closes the link between two nodes, if there is one, as if it had broken: they get another when they need it. For trying that. */
  async cut(index: number, other: number): Promise<void> {
    await this.members[index].closeLink(this.members[other].name)
  }

  /** Blocks one node's thread for good: it lives on and answers nothing from now on, as in an endless loop. For trying that. */
  block(index: number): void {
    // Never answered: it rejects when the thread is stopped.
    this.members[index].block().catch(() => {})
  }

  async close(): Promise<void> {
    this.ownCoordinator?.lose()
    await Promise.all(this.members.map((member) => member.terminate()))
  }

  protected async quiet(): Promise<void> {
    let before: string | null = null
    for (;;) {
      const statuses = await this.everyones(async (member) => [member.name, await member.status()] as const)
      const now = restingState(new Map(statuses))
      if (now !== null && now === before) return
      before = now
      if (now === null) await this.pause()
    }
  }

  /** One that died is not waited for: unless it was terminated, its end is the end of the work. */
  protected progress<T>(work: Promise<T>): Promise<T> {
    const whileThere = this.members.map((member) =>
      this.unlessTerminated(
        member,
        member.control.call(() => work),
        () => work,
      ),
    )
    return Promise.race([work, ...whileThere])
  }

  protected pause(): Promise<void> {
    return sleep(POLL_MS)
  }

  /** A node has given another up. If that has no answer for this thread either, it is stopped: it must not come back. */
  #suspect(name: string): void {
    const suspect = this.members.find((member) => member.name === name)
    if (suspect === undefined || suspect.control.isGone) return
    const patience = new AbortController()
    const answered = suspect.status().finally(() => patience.abort())
    const silent = sleep(this.#patience, true, { signal: patience.signal, ref: false }).catch(() => false)
    answered.catch(() => {})
    void silent.then((isSilent) => (isSilent ? suspect.control.giveUp('it fell silent, and its lease ran out') : null))
  }
}
