/**
 * One lifetime of a node: the real collector and the real heap, what its program holds, and what the world knows of its sessions.
 * A lifetime that has crashed stays, so that the oracle can tell what it owned.
 */
import { Collector, type CollectorEffect, type CollectorEvent } from '@holdfast/collector'
import {
  type AddRefEntry,
  type ImportId,
  type Incarnation,
  type Instant,
  type MessageCodec,
  type NodeId,
  nodeId,
} from '@holdfast/core'
import { type Handle, ObjectHeap } from '@holdfast/heap/object-heap'
import type { LeaseTimes } from '@holdfast/lease'
import type { NodeName } from './action.js'
import { AnswerDesk } from './answer-desk.js'
import { Journal } from './journal.js'
import type { NodeClock } from './node-clock.js'
import type { CollectorSettings } from './settings.js'
import type { Held, Reference, Thing } from './thing.js'

/** True time, shared by all who measure it. */
export interface TrueTime {
  /** In ms since the world began. */
  now: number
}

/** One side's view of a session. */
export interface View {
  readonly peer: SimulatedNode
  readonly number: number
  /** When it began: a moment of the world. */
  readonly openedAt: number
  /** The peer has confirmed what this side still held of earlier sessions. */
  isReconciled: boolean
}

/** A session that this node has asked for. */
export interface Opening {
  readonly number: number
  /** By this node's clock. */
  readonly askedAt: Instant
}

/** A finalizer that has not run yet. */
export interface Finalizer {
  readonly importId: ImportId
  /** Which handle of the import it speaks of, by the collector's count. */
  readonly generation: number
}

export interface NodeOrigin {
  /** How many nodes the world has, and its place among them. */
  readonly count: number
  readonly place: number
  readonly name: NodeName
  readonly incarnation: number
  /** Its place among all lifetimes of the world. */
  readonly index: number
  readonly clock: NodeClock
  readonly time: TrueTime
  readonly leases: LeaseTimes
  readonly settings: CollectorSettings
  /** Whether it has a disk. */
  readonly isDurable: boolean
  codec(of: SimulatedNode): MessageCodec
}

/** Where a durable node fails next: its turn can't be committed, or is, and the process dies before anything is sent. */
export type StorageFault = 'commit' | 'sending'

/** What came of a turn. */
export interface Turn {
  readonly effects: readonly CollectorEffect[]
  /** If not, it has not happened, and the state is that of before. */
  readonly isCommitted: boolean
}

export class SimulatedNode {
  readonly place: number
  readonly index: number
  readonly name: NodeName
  readonly id: NodeId
  readonly incarnation: Incarnation
  /** `bob`, `bob#2`. */
  readonly label: string
  /** What was committed, for a node with a disk. */
  readonly journal: Journal | null
  /** Another one after each failure of a durable node. */
  collector: Collector
  readonly heap = new ObjectHeap()
  readonly clock: NodeClock
  isUp = true
  /** It does nothing; frames wait in its inbox. */
  isStalled = false
  /** It is not even there, but will be again. */
  isPaused = false
  /** For how long its clock has stood still between its processes: in true time. */
  stoodStillMs = 0
  /** When its last process died, if there is no other yet: in true time. */
  wentDownAt: number | null = null
  /** What goes wrong with its next turn. */
  fault: StorageFault | null = null
  /** It breaks the rules: what it holds is its own concern. */
  isHostile = false
  /** It never drops anything. */
  hoards = false
  /** What its program holds, once for each hold. */
  readonly roots: Reference[] = []
  /** The objects of this node, by handle, for ever. */
  readonly things = new Map<Handle, Thing>()
  /** By import id. */
  readonly held: (Held | undefined)[] = []
  /** By export id, for ever. */
  readonly exported: (Thing | undefined)[] = []
  readonly finalizers: Finalizer[] = []
  /** What came from the network while it did nothing. */
  readonly inbox: CollectorEvent[] = []
  /** Peers to whom its collector thinks that there is a link, by place. */
  readonly links = new Set<number>()
  /** Calls, and their answers. */
  readonly desk = new AnswerDesk()
  /** By place of the peer. */
  readonly views: (View | null)[]
  readonly openings: (Opening | null)[]
  /** Views that are over, by place of the peer, the latest. */
  readonly lastViews: (View | null)[]
  /** When the last view of a session with a peer ended, by this node's clock; by place. */
  readonly viewEndedAt: Instant[] = []
  /** When this node last removed what a lifetime held; by its index, a moment of the world. */
  readonly expiredAt: number[] = []
  /** Peers that its collector wants a link or a session with, by place. */
  readonly wants = new Set<number>()
  /** By index of the owner, and there by export id. */
  readonly #heldFrom: (Map<number, Held> | undefined)[] = []
  /** The same, of all that it ever held. */
  readonly #everHeldFrom: (Set<number> | undefined)[] = []
  /** Gifts that it has made and that nobody has acknowledged to it. */
  openGifts = 0
  /** Whether anything happened to its tables since they were looked at. */
  isTouched = false
  /** When it was last heard of by anybody, or else crashed: in true time. */
  lastSeenAt = 0
  /** When it last had something to do that was long due: in true time. */
  lastBehindAt = Number.NEGATIVE_INFINITY
  /** Holders from whom a verdict of this owner has taken something that they still held. */
  readonly tookFrom = new Set<SimulatedNode>()
  /** What owners told it to prove gifts with, by their index. */
  readonly giftKeys = new Map<number, Uint8Array>()
  /** The latest claims at it. */
  readonly claims: { readonly from: SimulatedNode; readonly entry: AddRefEntry }[] = []
  /** Reports it has made. */
  reports = 0
  readonly #time: TrueTime
  readonly #leases: LeaseTimes
  readonly #create: () => Collector

  constructor(origin: NodeOrigin) {
    this.place = origin.place
    this.views = Array.from({ length: origin.count }, () => null)
    this.openings = [...this.views] as null[]
    this.lastViews = [...this.views]
    this.index = origin.index
    this.name = origin.name
    this.id = nodeId(origin.name)
    this.incarnation = origin.incarnation as Incarnation
    this.label = origin.incarnation === 1 ? origin.name : `${origin.name}#${origin.incarnation}`
    this.clock = origin.clock
    this.#time = origin.time
    this.#leases = origin.leases
    this.journal = origin.isDurable ? new Journal() : null
    const { rules, ...settings } = origin.settings(this)
    const address = { node: this.id, incarnation: this.incarnation }
    this.#create = () => new Collector({ ...address, ...settings, codec: origin.codec(this) }, rules)
    this.collector = this.#create()
  }

  /** One turn, now. @throws what the collector throws: nothing happened */
  step(event: CollectorEvent, now: Instant): Turn {
    const { journal } = this
    if (journal === null) return { effects: this.collector.step(event, now), isCommitted: true }
    const { mark } = journal
    const kept = journal.kept(event)
    try {
      const effects = this.collector.step(kept, now)
      if (this.fault !== 'commit') {
        journal.append(kept, now)
        return { effects, isCommitted: true }
      }
      this.fault = null
      journal.rollBack(mark)
      this.recover()
      return { effects, isCommitted: false }
    } catch (error) {
      journal.rollBack(mark)
      throw error
    }
  }

  /** All that is not on disk is forgotten. Only for a durable node. O(turns). */
  recover(): void {
    if (this.journal !== null) this.collector = this.journal.recover(this.#create)
  }

  /** An import has another representative. */
  rebind(id: ImportId): void {
    this.collector.rebind(id)
    this.journal?.rebound(id)
  }

  /** What its driver tells the collector, the same again after a failure. */
  answer<Answer>(ask: () => Answer): Answer {
    return this.journal === null ? ask() : this.journal.answer(ask)
  }

  /** A reference has come. */
  hold(held: Held): void {
    this.held[held.importId] = held
    const { index } = held.thing.home
    const known = this.#heldFrom[index] ?? new Map<number, Held>()
    this.#heldFrom[index] = known
    known.set(held.exportId, held)
    const ever = this.#everHeldFrom[index] ?? new Set<number>()
    this.#everHeldFrom[index] = ever
    ever.add(held.exportId)
  }

  /** A reference has left the tables. */
  release(held: Held): void {
    if (this.held[held.importId] === held) this.held[held.importId] = undefined
    const known = this.#heldFrom[held.thing.home.index]
    if (known?.get(held.exportId) === held) known.delete(held.exportId)
  }

  /** What this node holds of an owner by its export id. */
  heldFrom(owner: SimulatedNode, exportId: number): Held | undefined {
    return this.#heldFrom[owner.index]?.get(exportId)
  }

  /** Whether this node holds something of an owner, or did once: a message that speaks of it may still be under way. */
  everHeldFrom(owner: SimulatedNode, exportId: number): boolean {
    return this.#everHeldFrom[owner.index]?.has(exportId) ?? false
  }

  get localTime(): Instant {
    return this.clock.at(this.#time.now)
  }

  /** Whether it takes part in anything now. */
  get isActive(): boolean {
    return this.isUp && !this.isStalled && !this.isPaused
  }

  /** Whether something was due before an instant of its own. */
  isBehind(at: number): boolean {
    const deadline = this.collector.nextDeadline()
    return deadline !== null && deadline < at
  }

  /** Whether a message of that session, if it came now, would be processed, or may be as soon as the session is open here. */
  accepts(from: SimulatedNode, session: number): boolean {
    if (!this.isUp) return false
    const view = this.views[from.place]
    if (view !== null && view.peer === from && view.number === session) return this.trusts(view)
    const opening = this.openings[from.place]
    if (opening === null || opening.number !== session) return false
    return this.localTime < opening.askedAt + this.#leases.holderTerm
  }

  /** Whether this side's own view of a session is still good: its collector says until when, and no checker lets it say too late. */
  trusts(view: View): boolean {
    const session = this.collector.sessionWith(view.peer.id)
    return session !== null && session.number === view.number && this.localTime < session.endsAt
  }

  /** The view of the session with a lifetime, if there is one and it is still good. */
  viewOf(peer: SimulatedNode): View | null {
    const view = this.views[peer.place]
    return view !== null && view.peer === peer && this.trusts(view) ? view : null
  }

  /** When this owner last removed what a holder had; -1 for never. */
  expired(holder: SimulatedNode): number {
    return this.expiredAt[holder.index] ?? -1
  }
}
