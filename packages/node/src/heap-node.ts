/**
 * A real node around an `ObjectHeap`: gives the collector time, links and the heap's answers, and carries out its effects.
 * What arrives is pinned in the heap in the turn in which it arrives; what lost its last holder is collected soon after.
 *
 * Driver contract: add a link for every peer (`connect` is called when one is needed); everything else happens by itself.
 */

import {
  type ArrivedReference,
  Collector,
  type CollectorCounts,
  type CollectorEffect,
  type CollectorEvent,
  type CollectorOptions,
  type LocalReference,
  type SessionProgress,
  type TableSizes,
} from '@holdfast/collector'
import { type Incarnation, type NodeId, type ObjectKey, type Rules, UsageError } from '@holdfast/core'
import { type Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import type { Clock, Link } from '@holdfast/transport'
import { CollectionSchedule } from './collection-schedule.js'
import type { Answer, ArrivedHandle, IncomingCall, OutgoingCall } from './message.js'
import { type OnAnswer, PendingCalls } from './pending-calls.js'
import { pinAll } from './pin-all.js'
import { WakeUp } from './wake-up.js'

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
  readonly #links = new Map<NodeId, Link>()
  readonly #wakeUp: WakeUp
  readonly #calls = new PendingCalls()
  /** What waits for a session with a node; told false when this node closes before. */
  readonly #waiting = new Map<NodeId, ((isOpen: boolean) => void)[]>()
  #rounds: ((outcome: RoundOutcome) => void)[] = []
  readonly #schedule: CollectionSchedule
  /** The heap's count of losses when nothing in it was garbage; -1 once another node let go of something. */
  #cleanAt = -1
  readonly #effects: CollectorEffect[] = []
  #carrying = false
  /** What the program's own code threw in this turn. */
  readonly #failures: unknown[] = []
  #closed = false

  constructor(options: HeapNodeOptions) {
    this.#options = options
    const { node, incarnation, collector, rules } = options
    this.#collector = new Collector({ ...collector, node, incarnation }, rules)
    this.#schedule = new CollectionSchedule(options.clock, () => this.#collect())
    this.#wakeUp = new WakeUp(options.clock, () => this.#step({ type: 'deadline' }))
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
    return this.#schedule.isDue || this.#waiting.size > 0 || this.#calls.size > 0
  }

  /** Takes over one end of a link to a peer. A link that is there already is closed. */
  addLink(peer: NodeId, link: Link): void {
    if (this.#closed) {
      link.close()
      return
    }
    this.#links.get(peer)?.close()
    this.#links.set(peer, link)
    this.#step({ type: 'link-opened', peer, reliable: link.reliable })
    link.start({
      onFrame: (frame) => this.#received(peer, link, frame),
      onClose: () => this.#linkClosed(peer, link),
    })
  }

  /**
   * Calls another node; waits for a session first, if there is none. `onAnswer` gets the answer, in the turn in which it
   * arrives, or null when there will be none: the session ended, this node closed, or a limit refused a call that had waited.
   * References are pinned until the message is sent.
   * @throws UsageError `stale-handle`, `out-of-reach`, `not-an-import`, `closed`; LimitError; nothing was sent
   */
  call(call: OutgoingCall, onAnswer?: OnAnswer): void {
    if (this.#closed) throw new UsageError('closed', 'a closed node makes no calls')
    const node = 'node' in call.to ? call.to.node : this.#ownerOf(call.to.target)
    const unpin = pinAll(this.heap, [...(call.references ?? []), ...('target' in call.to ? [call.to.target] : [])])
    if (!this.#collector.isConnected(node)) {
      this.#whenConnected(node, (isOpen) => this.#sendLate(call, { node, onAnswer, isOpen, unpin }))
      return
    }
    try {
      this.#send(call, node, onAnswer)
    } finally {
      unpin()
    }
  }

  /**
   * Frees all that neither this heap's pins nor another node keeps, and drops what it held.
   * @throws UsageError `within-a-turn` from a handler: what else arrived in this turn is not in the heap yet
   */
  collectLocally(): number {
    if (this.#carrying) throw new UsageError('within-a-turn', 'a handler cannot collect: let the turn end first')
    return this.#collect()
  }

  #collect(): number {
    this.#schedule.cancel()
    const { exports, pinned } = this.#collector
    const { freed, unreachableImports } = this.heap.collect({ exported: exports, pinnedImports: pinned })
    this.#cleanAt = this.heap.losses
    if (unreachableImports.length > 0) this.#step({ type: 'drop', imports: unreachableImports })
    return freed
  }

  /** Coordinates one round over the given nodes (this one too, if named) and tells what came of it. */
  async collectCycles(nodes: readonly NodeId[]): Promise<RoundOutcome> {
    await Promise.all(nodes.filter((node) => node !== this.name).map((node) => this.#connected(node)))
    return new Promise((resolve) => {
      this.#rounds.push(resolve)
      this.#step({ type: 'begin-round', nodes })
    })
  }

  /**
   * The node vanishes without a word: links close, nothing is said, and what waits for an answer gets null. A round under way never
   * ends. Idempotent.
   */
  close(): void {
    this.#closed = true
    this.#effects.length = 0
    this.#wakeUp.cancel()
    this.#schedule.cancel()
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
    const waiting = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    for (const onAnswer of this.#calls.takeAll()) onAnswer(null)
    for (const action of waiting) action(false)
  }

  #send(call: OutgoingCall, node: NodeId, onAnswer: OnAnswer | undefined): void {
    const to = 'node' in call.to ? call.to : { import: this.#importOf(call.to.target) }
    const references = (call.references ?? []).map((handle) => this.#referenceOf(handle))
    const number = onAnswer === undefined ? 0 : this.#calls.add(node, onAnswer)
    try {
      this.#step({ type: 'call', to, call: number, references, payload: call.payload ?? NOTHING })
    } catch (error) {
      this.#calls.take(number)
      throw error
    }
  }

  /** A call that has waited has nobody to throw at: whoever wants an answer gets null. */
  #sendLate(call: OutgoingCall, { node, onAnswer, isOpen, unpin }: LateCall): void {
    try {
      if (isOpen) this.#send(call, node, onAnswer)
      else onAnswer?.(null)
    } catch (error) {
      if (onAnswer === undefined || !isOpen) throw error
      onAnswer(null)
    } finally {
      unpin()
    }
  }

  #step(event: CollectorEvent): void {
    if (this.#closed) return
    this.#effects.push(...this.#collector.step(event, this.#options.clock.now()))
    // A step that carrying out an effect makes: its effects come behind those, so that frames keep the order of their turns.
    if (this.#carrying) return
    this.#carrying = true
    try {
      for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift())
        this.#carryOut(effect)
    } finally {
      this.#carrying = false
    }
    if (!this.#closed) this.#wakeUp.set(this.#collector.nextDeadline())
    const [failure] = this.#failures.splice(0)
    if (failure !== undefined) throw failure
  }

  /** Runs the program's own code. What it throws comes out when the turn is over: the protocol goes on. */
  #attempt(code: () => void): boolean {
    try {
      code()
      return true
    } catch (error) {
      this.#failures.push(error)
      return false
    }
  }

  #received(peer: NodeId, link: Link, frame: Uint8Array): void {
    if (this.#links.get(peer) === link) this.#step({ type: 'frame', peer, frame })
  }

  #linkClosed(peer: NodeId, link: Link): void {
    if (this.#links.get(peer) !== link) return
    this.#links.delete(peer)
    this.#step({ type: 'link-closed', peer })
  }

  #carryOut(effect: CollectorEffect): void {
    switch (effect.type) {
      case 'transmit':
        this.#links.get(effect.peer)?.send(effect.frame)
        return
      case 'called':
        this.#called(effect)
        return
      case 'returned':
        this.#holding(effect.references, (references) => {
          this.#attempt(() => this.#calls.take(effect.call)?.({ references, payload: effect.payload }))
        })
        return
      case 'rejected':
        // What came with it was granted all the same: seen by the heap, it is dropped by the next collection.
        this.#holding(effect.references, () => this.#schedule.afterCascade())
        break
      case 'connect':
        this.#options.connect(effect.peer)
        return
      case 'session-opened':
        this.#sessionOpened(effect.peer)
        break
      case 'session-ended':
        for (const onAnswer of this.#calls.takeAll(effect.peer)) this.#attempt(() => onAnswer(null))
        break
      case 'broken':
        for (const id of effect.imports) this.heap.breakImport(id)
        break
      case 'released':
        this.#reclaim(effect.objects, effect.by === 'verdict')
        break
      case 'unpinned':
        this.#reclaim(
          effect.imports.flatMap((id) => this.heap.handleOfImport(id) ?? []),
          false,
        )
        break
      case 'bring-out-your-dead':
        if (this.#cleanAt !== this.heap.losses) this.#collect()
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
    this.#attempt(() => this.#options.onEffect?.(effect))
  }

  #called(effect: Extract<CollectorEffect, { type: 'called' }>): void {
    const target = effect.target
    if (target !== null) this.heap.arrive(target)
    this.#holding(effect.references, (references) => {
      const { from, payload, call } = effect
      const isAnswered = this.#attempt(() => {
        this.#answer(from, call, this.#options.onCall?.({ from, target, references, payload }))
      })
      if (!isAnswered) this.#answer(from, call, undefined)
    })
    if (target !== null) this.heap.unpin(target)
  }

  #answer(to: NodeId, call: number, answer: Answer | undefined): void {
    // A call may have come in a frame that went on to end its session: nobody waits for the answer.
    if (call === 0 || !this.#collector.isConnected(to)) return
    const handles = answer?.references ?? []
    const unpin = pinAll(this.heap, handles)
    try {
      const references = handles.map((handle) => this.#referenceOf(handle))
      this.#step({ type: 'return', to, call, references, payload: answer?.payload ?? NOTHING })
    } finally {
      unpin()
    }
  }

  /** Gives the handles of arrived references to `use`, pinned until it returns. */
  #holding(references: readonly ArrivedReference[], use: (handles: readonly ArrivedHandle[]) => void): void {
    const handles = references.map((reference) => this.#arrive(reference))
    try {
      use(handles)
    } finally {
      for (const handle of handles) if (handle !== null) this.heap.unpin(handle)
    }
  }

  #arrive(reference: ArrivedReference): ArrivedHandle {
    if ('broken' in reference) return null
    return 'object' in reference ? this.heap.arrive(reference.object) : this.heap.importHandle(reference.import)
  }

  #report(by: NodeId): void {
    if (by !== this.name && !this.#collector.isConnected(by)) return
    const ticket = this.#collector.beginReport()
    this.#step({ type: 'report', to: by, ticket, trace: this.heap.trace(this.#collector.pinned) })
  }

  /**
   * Frees at once what nothing refers to. The rest may be part of a cycle, so a collection comes soon: at once for a verdict, which
   * says so; for drops, which come in cascades, only when enough time has passed since the last.
   */
  #reclaim(objects: readonly ObjectKey[], isCondemned: boolean): void {
    this.#cleanAt = -1
    if (objects.length * MANY_RELEASED > this.heap.objectCount) {
      this.#schedule.atOnce()
      return
    }
    const { unreachableImports, mayBeCyclic } = this.heap.reclaim(objects, this.#collector)
    if (unreachableImports.length > 0) this.#step({ type: 'drop', imports: unreachableImports })
    if (mayBeCyclic && isCondemned) this.#schedule.atOnce()
    else if (mayBeCyclic) this.#schedule.afterCascade()
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

  #whenConnected(node: NodeId, action: (isOpen: boolean) => void): void {
    const waiting = this.#waiting.get(node)
    if (waiting !== undefined) {
      waiting.push(action)
      return
    }
    this.#waiting.set(node, [action])
    if (!this.#links.has(node)) this.#options.connect(node)
  }

  #sessionOpened(peer: NodeId): void {
    const actions = this.#waiting.get(peer) ?? []
    this.#waiting.delete(peer)
    for (const action of actions) this.#attempt(() => action(true))
  }

  #ownerOf(handle: Handle): NodeId {
    return this.#collector.ownerOf(this.#importOf(handle)).node
  }

  #importOf(handle: Handle): Extract<LocalReference, { import: unknown }>['import'] {
    const id = this.heap.importOf(handle)
    if (id !== undefined) return id
    throw new UsageError('not-an-import', 'a call goes to an object of another node', { handle })
  }

  #referenceOf(handle: Handle): LocalReference {
    const id = this.heap.importOf(handle)
    return id === undefined ? { object: handle as ObjectKey } : { import: id }
  }
}

/** A call that waits for a session. */
interface LateCall {
  readonly node: NodeId
  readonly onAnswer: OnAnswer | undefined
  readonly isOpen: boolean
  readonly unpin: () => void
}

/** When more than one in so many objects lost its last holder, one collection is cheaper than freeing them one by one. */
const MANY_RELEASED = 8

const NOTHING = new Uint8Array(0)
