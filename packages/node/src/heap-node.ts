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
import type { Clock, Link } from '@holdfast/transport'
import { Calls } from './calls.js'
import { LocalCollection } from './local-collection.js'
import type { Answer, IncomingCall, OutgoingCall } from './message.js'
import type { OnAnswer } from './pending-calls.js'
import { type OnSession, SessionWaiters } from './session-waiters.js'
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
  readonly collector?: Omit<CollectorOptions, 'node' | 'incarnation'>
  readonly rules?: Rules
}

export class HeapNode {
  readonly heap = new ObjectHeap()
  readonly #options: HeapNodeOptions
  readonly #collector: Collector
  readonly #turns: Turns
  readonly #links = new Map<NodeId, Link>()
  readonly #waiters = new SessionWaiters()
  readonly #calls: Calls
  readonly #collection: LocalCollection
  readonly #rounds: ((outcome: RoundOutcome) => void)[] = []

  constructor(options: HeapNodeOptions) {
    this.#options = options
    const { node, incarnation, clock, onCall, rules } = options
    const { heap } = this
    const collector = new Collector({ ...options.collector, node, incarnation }, rules)
    const turns = new Turns(collector, clock, (effect) => this.#carryOut(effect))
    const whenConnected = (peer: NodeId, action: OnSession): void => this.#whenConnected(peer, action)
    this.#collector = collector
    this.#turns = turns
    this.#calls = new Calls({ heap, collector, turns, whenConnected, onCall })
    this.#collection = new LocalCollection({ heap, collector, turns, clock })
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

  /** How far each open session has come. */
  sessions(): SessionProgress[] {
    return this.#collector.sessions()
  }

  /** Whether something is still to be done here without another message: a collection is due, or a call waits. */
  get isBusy(): boolean {
    return this.#collection.isDue || this.#waiters.size > 0 || this.#calls.size > 0
  }

  /** Takes over one end of a link to a peer. A link that is there already is closed. */
  addLink(peer: NodeId, link: Link): void {
    if (this.#turns.isOver) {
      link.close()
      return
    }
    this.#links.get(peer)?.close()
    this.#links.set(peer, link)
    this.#turns.step({ type: 'link-opened', peer, reliable: link.reliable })
    link.start({
      onFrame: (frame) => this.#received(peer, link, frame),
      onClose: () => this.#linkClosed(peer, link),
    })
  }

  /**
   * Calls another node; waits for a session first, if there is none. `onAnswer` gets the answer, in the turn in which it
   * arrives, or null when there will be none: the session ended, this node closed, or a limit refused a call that had waited.
   * References are pinned until the message is sent.
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

  /** Coordinates one round over the given nodes (this one too, if named) and tells what came of it. */
  async collectCycles(nodes: readonly NodeId[]): Promise<RoundOutcome> {
    await Promise.all(nodes.filter((node) => node !== this.name).map((node) => this.#connected(node)))
    return new Promise((resolve) => {
      this.#rounds.push(resolve)
      this.#turns.step({ type: 'begin-round', nodes })
    })
  }

  /**
   * The node vanishes without a word: links close, nothing is said, and what waits for an answer gets null. A round under way never
   * ends. Idempotent.
   */
  close(): void {
    this.#turns.end()
    this.#collection.cancel()
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
    const waiting = this.#waiters.takeAll()
    this.#calls.end()
    for (const action of waiting) action(false)
  }

  #received(peer: NodeId, link: Link, frame: Uint8Array): void {
    if (this.#links.get(peer) === link) this.#turns.step({ type: 'frame', peer, frame })
  }

  #linkClosed(peer: NodeId, link: Link): void {
    if (this.#links.get(peer) !== link) return
    this.#links.delete(peer)
    this.#turns.step({ type: 'link-closed', peer })
  }

  #carryOut(effect: CollectorEffect): void {
    switch (effect.type) {
      case 'transmit':
        this.#links.get(effect.peer)?.send(effect.frame)
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
        this.#reach(effect.peer)
        return
      case 'session-opened':
        for (const action of this.#waiters.take(effect.peer)) this.#turns.attempt(() => action(true))
        break
      case 'session-ended':
        this.#calls.sessionEnded(effect.peer)
        break
      case 'broken':
        for (const id of effect.imports) this.heap.breakImport(id)
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
        for (const resolve of this.#rounds.splice(0)) resolve({ suspects, condemned, missing })
        break
      }
      case 'reported':
      case 'untrusted':
      case 'alarm':
        break
    }
    this.#turns.attempt(() => this.#options.onEffect?.(effect))
  }

  #report(by: NodeId): void {
    if (by !== this.name && !this.#collector.isConnected(by)) return
    const ticket = this.#collector.beginReport()
    this.#turns.step({ type: 'report', to: by, ticket, trace: this.heap.trace(this.#collector.pinned) })
  }

  #connected(node: NodeId): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#collector.isConnected(node)) {
        resolve()
        return
      }
      this.#whenConnected(node, (isOpen) => {
        if (isOpen) resolve()
        else reject(new UsageError('closed', 'the node was closed before it had a session', { node }))
      })
    })
  }

  #whenConnected(node: NodeId, action: OnSession): void {
    const isFirst = this.#waiters.add(node, action)
    if (isFirst) this.#reach(node)
  }

  /** Asks for a session: over a new link, or over the one there is if the last session on it has ended. */
  #reach(node: NodeId): void {
    if (this.#links.has(node)) this.#turns.step({ type: 'open-session', peer: node })
    else this.#options.connect(node)
  }
}
