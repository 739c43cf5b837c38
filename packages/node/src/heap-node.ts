/**
 * A real node around an `ObjectHeap`: gives the collector time, links and the heap's answers, and carries out its effects.
 * What arrives is pinned in the heap in the turn in which it arrives; what lost its last holder is collected soon after.
 *
 * Driver contract: add a link for every peer (`connect` is called when one is needed); everything else happens by itself.
 */

import {
  Collector,
  type CollectorCounts,
  type CollectorEffect,
  type CollectorOptions,
  type SessionProgress,
  type TableSizes,
} from '@holdfast/collector'
import { type Incarnation, type NodeId, type Rules, UsageError } from '@holdfast/core'
import { ObjectHeap } from '@holdfast/heap/object-heap'
import { DEFAULT_LEASE } from '@holdfast/lease'
import type { Clock, Link } from '@holdfast/transport'
import { Calls } from './calls.js'
import { Contacts } from './contacts.js'
import { LocalCollection } from './local-collection.js'
import type { Answer, IncomingCall, OutgoingCall } from './message.js'
import { Outbox } from './outbox.js'
import type { OnAnswer } from './pending-calls.js'
import { type RoundPace, RoundSchedule } from './round-schedule.js'
import { Turns } from './turns.js'

/** What a round of this node as coordinator came to. */
export interface RoundOutcome {
  /** Suspect exports that the nodes reported. */
  readonly suspects: number
  /** Those found to be garbage. */
  readonly condemned: number
  /** Nodes whose report did not come; what they hold stays. */
  readonly missing: readonly NodeId[]
}

export interface HeapNodeOptions {
  readonly node: NodeId
  readonly incarnation: Incarnation
  readonly clock: Clock
  /** Opens a link to a node and gives it to `addLink`, some time. */
  readonly connect: (peer: NodeId) => void
  /**
   * Answers calls; without it they are answered with nothing. So is a call whose handler throws: the error comes out of the
   * turn, to the clock or the link that began it, when all else is done.
   */
  readonly onCall?: (call: IncomingCall) => Answer | undefined
  /** Told of everything else that the collector says: sessions, broken references, alarms, reports. */
  readonly onEffect?: (effect: CollectorEffect) => void
  /** `collector.lease` is the same for all nodes of a cluster; half a minute unless told. */
  readonly collector?: Omit<CollectorOptions, 'node' | 'incarnation'>
  readonly rules?: Rules
  /** This node coordinates a round by itself now and then: over which nodes, and how often. Only on demand when left out. */
  readonly rounds?: RoundPace & { readonly nodes: () => readonly NodeId[] }
  /** The most calls and answers that wait for one node. Default: 65,536. */
  readonly maxWaiting?: number
}

const DEFAULT_MAX_WAITING = 1 << 16

/** Whoever waits for the outcome of a round. */
interface RoundWaiter {
  readonly resolve: (outcome: RoundOutcome) => void
  readonly reject: (error: Error) => void
}

export class HeapNode {
  readonly heap = new ObjectHeap()
  readonly #options: HeapNodeOptions
  readonly #collector: Collector
  readonly #turns: Turns
  readonly #contacts: Contacts
  readonly #calls: Calls
  readonly #collection: LocalCollection
  readonly #rounds: RoundWaiter[] = []
  readonly #schedule: RoundSchedule | null

  constructor(options: HeapNodeOptions) {
    this.#options = options
    const { node, incarnation, clock, connect, onCall, rules, maxWaiting: limit = DEFAULT_MAX_WAITING } = options
    const { heap } = this
    const collector = new Collector({ ...options.collector, node, incarnation }, rules)
    const carryOut = (effect: CollectorEffect): void => this.#carryOut(effect)
    const resume = (): boolean => outbox.resume()
    const turns: Turns = new Turns({ collector, clock, carryOut, resume })
    const { term } = options.collector?.lease ?? DEFAULT_LEASE
    const contacts: Contacts = new Contacts({ collector, turns, clock, connect, term })
    const outbox: Outbox = new Outbox({ contacts, turns, clock, limit })
    this.#collector = collector
    this.#turns = turns
    this.#contacts = contacts
    this.#calls = new Calls({ heap, collector, turns, contacts, outbox, onCall })
    this.#collection = new LocalCollection({ heap, collector, turns, clock })
    this.#schedule = this.#scheduled(options)
    this.#schedule?.start()
  }

  get name(): NodeId {
    return this.#options.node
  }

  get tables(): TableSizes {
    return this.#collector.tables
  }

  get counts(): Readonly<CollectorCounts> {
    return this.#collector.counts
  }

  /** How far each open session has come; a closed node has none. */
  sessions(): SessionProgress[] {
    return this.#turns.isOver ? [] : this.#collector.sessions()
  }

  /** Whether something is still to be done here without another message: a collection is due, or a call waits. */
  get isBusy(): boolean {
    return this.#collection.isDue || this.#contacts.isAwaiting || this.#calls.size > 0
  }

  /**
   * Nodes with which there is no session although one may be needed: something is held from an ended one, or a gift waits to be
   * claimed. What is held from a node that is gone keeps it here until it is given up. O(imports).
   */
  missedNodes(): NodeId[] {
    return this.#contacts.missed()
  }

  /** Takes over one end of a link to a peer. A link that is there already is closed. */
  addLink(peer: NodeId, link: Link): void {
    this.#contacts.add(peer, link)
  }

  /**
   * Calls another node. What can't go yet waits, in order, and keeps its references pinned: for a session, for a term at most (or, for
   * a call to an import, as long as that may still be saved); for an owner to acknowledge what is given away.
   *
   * `onAnswer` gets the answer, in the turn in which it arrives, or null when there will be none: the target broke, the session ended,
   * the node has fallen silent, this node closed, or a limit refused a call that had waited.
   * @throws UsageError `stale-handle`, `out-of-reach`, `not-an-import`, `broken-reference`, `closed`; LimitError; nothing was sent
   */
  call(call: OutgoingCall, onAnswer?: OnAnswer): void {
    this.#calls.call(call, onAnswer)
  }

  /**
   * Frees all that neither this heap's pins nor another node keeps, and drops what it held.
   * @returns how many objects were freed
   * @throws UsageError `within-a-turn` from a handler: what else arrived in this turn is not in the heap yet
   */
  collectLocally(): number {
    if (this.#turns.isRunning) throw new UsageError('within-a-turn', 'a handler cannot collect: let the turn end first')
    return this.#collection.run()
  }

  /**
   * Coordinates one round over the given nodes (this one too, if named) and tells what came of it. Nodes without a session are waited
   * for, a term at most.
   * @throws UsageError `closed` when this node is closed before the round is over
   */
  async collectCycles(nodes: readonly NodeId[]): Promise<RoundOutcome> {
    await Promise.all(this.#contact(nodes))
    return this.#round(nodes)
  }

  /** Asks for sessions with those of the nodes that have none. */
  #contact(nodes: readonly NodeId[]): Promise<unknown>[] {
    return nodes.filter((node) => node !== this.name).map((node) => this.#contacts.settled(node))
  }

  #round(nodes: readonly NodeId[]): Promise<RoundOutcome> {
    if (this.#turns.isOver) throw closed()
    return new Promise((resolve, reject) => {
      this.#rounds.push({ resolve, reject })
      this.#turns.step({ type: 'begin-round', nodes })
    })
  }

  /**
   * Memory is short (see `watchMemoryPressure`): collects locally, and if this node holds rounds by itself, the next one soon. Any number
   * of calls costs no more than a quarter of the time.
   */
  press(): void {
    this.#collection.afterCascade()
    this.#schedule?.press()
  }

  /** The node vanishes without a word: links close, nothing is said, and who waits for something gets null. Idempotent. */
  close(): void {
    this.#turns.end()
    this.#schedule?.stop()
    this.#collection.cancel()
    for (const { reject } of this.#rounds.splice(0)) reject(closed())
    this.#turns.act(() => {
      this.#contacts.close()
      this.#calls.end()
    })
  }

  #carryOut(effect: CollectorEffect): void {
    switch (effect.type) {
      case 'transmit':
        this.#contacts.transmit(effect.peer, effect.frame)
        return
      case 'called':
        this.#calls.called(effect)
        return
      case 'returned':
        this.#calls.returned(effect)
        return
      case 'rejected':
        this.#calls.rejected(effect)
        this.#collection.afterCascade()
        break
      case 'connect':
        this.#contacts.wanted(effect.peer)
        return
      case 'session-opened':
        this.#contacts.sessionOpened(effect.peer)
        break
      case 'session-ended':
        this.#contacts.sessionEnded(effect.peer, effect.reason)
        this.#calls.sessionEnded(effect.peer)
        break
      case 'broken':
        this.#calls.broken(effect.imports)
        break
      case 'expired':
      case 'refused':
        this.#contacts.givenUp(effect.peer)
        this.#calls.givenUp(effect.peer)
        break
      case 'released':
        this.#collection.reclaim(effect.objects, effect.by === 'verdict')
        break
      case 'unpinned': {
        const left = effect.imports.flatMap((id) => this.heap.handleOfImport(id) ?? [])
        this.#collection.reclaim(left, false)
        break
      }
      case 'bring-out-your-dead':
        this.#collection.runIfNeeded()
        this.#report(effect.by)
        return
      case 'report-wanted':
        this.#report(effect.by)
        return
      case 'judged': {
        const { suspects, condemned, missing } = effect
        for (const { resolve } of this.#rounds.splice(0)) resolve({ suspects, condemned, missing })
        break
      }
      case 'reported':
      case 'untrusted':
      case 'alarm':
        break
    }
    this.#turns.attempt(() => this.#options.onEffect?.(effect))
  }

  #scheduled({ clock, rounds }: HeapNodeOptions): RoundSchedule | null {
    if (rounds === undefined) return null
    const { nodes, ...pace } = rounds
    return new RoundSchedule({
      clock,
      ...pace,
      round: async () => {
        const all = nodes()
        // Whoever can't be reached is missing in this round: waiting would count as work, and make rounds rare for all.
        void Promise.allSettled(this.#contact(all))
        return (await this.#round(all)).condemned
      },
    })
  }

  #report(by: NodeId): void {
    const ticket = this.#collector.beginReport()
    const trace = this.heap.trace(this.#collector.pinned)
    // The session may end while the trace is made.
    if (by !== this.name && !this.#contacts.isConnected(by)) return
    this.#turns.step({ type: 'report', to: by, ticket, trace })
  }
}

const closed = (): UsageError => new UsageError('closed', 'the node was closed before the round was over')
