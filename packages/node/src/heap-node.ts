/**
 * A real node around an `ObjectHeap`: gives the collector time, links and the heap's answers, and carries out its effects.
 * What arrives is pinned in the heap in the turn in which it arrives; what lost its last holder is collected soon after.
 *
 * Driver contract: add a link for every peer (`connect` is called when one is needed); everything else happens by itself.
 */

import {
  CLOSED,
  CollectorCore,
  type CollectorCounts,
  type CollectorEffect,
  type CollectorEvent,
  type ExportView,
  type ImportView,
  type SessionProgress,
  type SessionView,
  type TableSizes,
} from '@holdfast/collector'
import { type Incarnation, type NodeAddress, type NodeId, type Sequence, UsageError } from '@holdfast/core'
import { type Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import { DEFAULT_LEASE } from '@holdfast/lease'
import type { Link } from '@holdfast/transport'
import { Calls } from './calls.js'
import { Contacts } from './contacts.js'
import { CoordinationLoader } from './coordination-loader.js'
import { checkPace } from './frame-pace.js'
import { giftTokens } from './gift-tokens.js'
import type { HeapNodeOptions } from './heap-node-options.js'
import { LocalCollection } from './local-collection.js'
import { importOf } from './local-reference.js'
import type { Answer, IncomingCall, OpenCall, OutgoingCall } from './message.js'
import { Outbox } from './outbox.js'
import type { OnAnswer } from './pending-calls.js'
import { type RoundOutcome, Rounds } from './rounds.js'
import { Turns } from './turns.js'

const DEFAULT_MAX_WAITING = 1 << 16

export class HeapNode {
  readonly heap: ObjectHeap
  readonly #options: HeapNodeOptions
  readonly #collector: CollectorCore
  readonly #turns: Turns
  readonly #contacts: Contacts
  readonly #calls: Calls
  readonly #collection: LocalCollection
  readonly #rounds: Rounds
  readonly #coordination: CoordinationLoader

  constructor(options: HeapNodeOptions) {
    this.#options = options
    const { node, incarnation, clock, connect, onCall, rules, maxWaiting: limit = DEFAULT_MAX_WAITING } = options
    const { heap, collector, lastCall } = options.state ?? {
      heap: new ObjectHeap(),
      collector: new CollectorCore({ giftTokens: giftTokens(), ...options.collector, node, incarnation }, rules),
      lastCall: 0,
    }
    this.heap = heap
    const carryOut = (effect: CollectorEffect): void => this.#carryOut(effect)
    const resume = (): boolean => outbox.resume()
    const isBatching = options.batches ?? false
    const turns: Turns = new Turns({ collector, clock, carryOut, resume, isBatching })
    const { term } = options.collector?.lease ?? DEFAULT_LEASE
    const { onFrame, pace } = options
    if (pace !== undefined) checkPace(pace)
    const contacts: Contacts = new Contacts({ collector, turns, clock, connect, term, onFrame, pace })
    const outbox: Outbox = new Outbox({ contacts, turns, clock, limit })
    this.#collector = collector
    this.#turns = turns
    this.#contacts = contacts
    this.#calls = new Calls({ heap, collector, turns, contacts, outbox, onCall, lastCall })
    this.#collection = new LocalCollection({ heap, collector, turns, clock, isDurable: options.state !== undefined })
    this.#coordination = new CoordinationLoader(collector, clock, options.loadCoordination)
    const load = (): Promise<void> | null => this.#coordination.load()
    this.#rounds = new Rounds({ self: node, turns, contacts, clock, term, load, own: options.rounds })
  }

  get name(): NodeId {
    return this.#options.node
  }

  get incarnation(): Incarnation {
    return this.#options.incarnation
  }

  /** Whether an import is pinned by a gift that its owner has not acknowledged. O(1). */
  isGiftPinned(handle: Handle): boolean {
    const id = this.heap.importOf(handle)
    return id !== undefined && this.#collector.isPinned(id)
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

  /** Calls that wait to be sent or answered. O(nodes waited for). */
  get pendingCalls(): number {
    return this.#calls.size
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
  call(call: OutgoingCall, onAnswer?: OnAnswer): number {
    return this.#calls.call(call, onAnswer)
  }

  /** The call that a handler is about to answer later, with the session that it came in. @throws UsageError `no-session` */
  openCall({ from, call }: IncomingCall): OpenCall {
    const session = this.#collector.sessionWith(from)
    if (session === null) throw new UsageError('no-session', 'the session of this call is over', { from, call })
    return { from, call, incarnation: session.incarnation, session: session.number }
  }

  /** Answers a call whose handler returned `LATER`. Nothing if its session is over: the caller has been told. */
  answer(call: OpenCall, answer: Answer): void {
    this.#calls.answer(call, answer)
  }

  /** Whether somebody still waits for the answer to a call. */
  isOpen({ from, incarnation, session }: OpenCall): boolean {
    const current = this.sessionWith(from)
    return current !== null && current.number === session && current.incarnation === incarnation
  }

  /** What a peer has acknowledged of this session's messages. O(1). @returns 0 without a session */
  acknowledgedBy(peer: NodeId): Sequence {
    return this.#collector.acknowledgedBy(peer)
  }

  /** The session with a node; null without one. O(1). */
  sessionWith(peer: NodeId): SessionView | null {
    return this.#turns.isOver ? null : this.#collector.sessionWith(peer)
  }

  /** Whether there is a link to a node. */
  hasLink(peer: NodeId): boolean {
    return this.#contacts.hasLink(peer)
  }

  /** Closes the link to a node, if there is one. The session waits for another, until its lease is over. */
  closeLink(peer: NodeId): void {
    this.#contacts.closeLink(peer)
  }

  /**
   * Ends the session with a node, if there is one: calls to it are not answered. What each holds of the other is kept for the next, for a
   * while. `isFinal`: its lifetime is known to be over, so what is held of it breaks at once.
   */
  endSession(peer: NodeId, reason: string, isFinal = false): void {
    this.#turns.step({ type: 'end-session', peer, reason, isFinal })
    if (isFinal) this.#turns.act(() => this.cannotReach(peer))
  }

  /** There is no way to a node: whatever waits for a session with it is given up now, and not when a term is over. */
  cannotReach(peer: NodeId): void {
    if (this.#turns.isOver || this.#contacts.isConnected(peer)) return
    this.#turns.act(() => {
      this.#contacts.cannotReach(peer)
      this.#calls.givenUp(peer)
    })
  }

  /** Takes an object back from one node that holds it, or from all. @throws UsageError `no-session` for one node without a session */
  revoke(handle: Handle, holder?: NodeId): void {
    this.#turns.step({ type: 'revoke', object: handle, ...(holder === undefined ? {} : { holder }) })
  }

  /** The nodes that hold an object of this node. O(holders). */
  referrersOf(handle: Handle): NodeAddress[] {
    return this.#collector.referrersOf(handle)
  }

  /** The node that an imported object lives on. @throws UsageError `stale-handle`, `not-an-import` */
  ownerOf(handle: Handle): NodeAddress {
    return this.#collector.ownerOf(importOf(this.heap, handle))
  }

  /** Whether others hold an object of this node. O(1). */
  isExported(handle: Handle): boolean {
    return this.#collector.isExported(handle)
  }

  /** What is known of an object that others hold; null when nobody does. O(nodes that hold anything). */
  describeExport(handle: Handle): ExportView | null {
    return this.#collector.describeExport(handle)
  }

  /** What is known of an import. O(1). @throws UsageError `stale-handle`, `not-an-import` */
  describeImport(handle: Handle): ImportView {
    return this.#collector.describeImport(importOf(this.heap, handle))
  }

  /** These have lost a pin: frees at once what nothing keeps any more, and drops what only that held. */
  reclaim(handles: readonly Handle[]): void {
    if (this.#turns.isOver) return
    this.#turns.act(() => this.#collection.reclaim(handles, false))
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
  collectCycles(nodes: readonly NodeId[]): Promise<RoundOutcome> {
    return this.#rounds.hold(nodes)
  }

  /**
   * Memory is short (see `watchMemoryPressure`): collects locally, and if this node holds rounds by itself, the next one soon. Any number
   * of calls costs no more than a quarter of the time.
   */
  press(): void {
    this.#collection.afterCascade()
    this.#rounds.press()
  }

  /** Says good-bye to all peers, so that they need not wait, and closes. Idempotent. */
  leave(): void {
    if (this.#turns.isOver) return
    // First: whoever waits for something here shall hear that it is this node that was closed.
    this.#turns.act(() => this.#calls.end())
    for (const { peer } of this.sessions()) this.endSession(peer, CLOSED)
    this.close()
  }

  /** The node vanishes without a word: links close, nothing is said, and who waits for something gets null. Idempotent. */
  close(): void {
    this.#turns.end()
    this.#rounds.stop()
    this.#coordination.stop()
    this.#collection.cancel()
    this.#turns.act(() => {
      this.#contacts.close()
      this.#calls.end()
    })
  }

  /** For a driver that knows more of this node's state than its program does. @throws as `Collector.step` */
  protected step(event: CollectorEvent): void {
    this.#turns.step(event)
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
        this.#coordination.expect()
        break
      case 'session-ended':
        this.#contacts.sessionEnded(effect.peer, effect.reason)
        this.#calls.sessionEnded(effect.peer, effect.reason)
        break
      case 'broken': {
        const handles = this.#calls.broken(effect.imports)
        if (handles.size > 0) this.#turns.attempt(() => this.#options.onBroken?.(handles, effect.why))
        break
      }
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
        this.#whenComplete(() => this.#bringOutTheDead(effect.by))
        return
      case 'report-wanted':
        this.#whenComplete(() => this.#report(effect.by))
        return
      case 'judged':
        this.#rounds.judged(effect)
        break
      case 'reported':
      case 'untrusted':
      case 'alarm':
      case 'clear-weak':
        break
    }
    this.#turns.attempt(() => this.#options.onEffect?.(effect))
  }

  /** Does it now; or, while what makes reports is still to be loaded, in a turn of its own. */
  #whenComplete(job: () => void): void {
    const coming = this.#coordination.load()
    if (coming === null) job()
    else void coming.then(() => !this.#turns.isOver && this.#turns.act(job))
  }

  #bringOutTheDead(by: NodeId): void {
    const report = (): void => {
      if (this.#turns.isOver) return
      this.#turns.act(() => {
        this.#collection.runIfNeeded()
        this.#report(by)
      })
    }
    if (this.#options.beforeReport === undefined) report()
    else this.#options.beforeReport(report)
  }

  #report(by: NodeId): void {
    const ticket = this.#collector.beginReport()
    const trace = this.heap.trace(this.#collector.pinned)
    // The session may end while the trace is made.
    if (by !== this.name && !this.#contacts.isConnected(by)) return
    const weak = this.#options.weakHolds?.() ?? []
    this.#turns.step({ type: 'report', to: by, ticket, trace, weak })
  }
}
