/**
 * A whole cluster in one thread and under virtual time: the real collectors and heaps of any number of nodes, the wires between them,
 * and what the world knows besides. Nothing in it happens by itself: actions make it happen (`perform`).
 */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import type { ImportId } from '@holdfast/core'
import { type LeaseTimes, leaseTimes } from '@holdfast/lease'
import type { Label, NodeName } from './action.js'
import { sessionEnded, settleAnswers } from './answers.js'
import { Arrivals } from './arrivals.js'
import { type Watching, watching } from './checkers/checker.js'
import { pictureOf } from './checkers/nothing-committed-is-lost.js'
import type { Fault } from './coverage.js'
import type { Gift } from './gift.js'
import type { Letter } from './letter.js'
import { createLifetime } from './lifetime.js'
import { Network } from './network.js'
import { Oracle } from './oracle.js'
import { collectLocally, finalize, report } from './runtime.js'
import type { SimulatedNode, TrueTime } from './simulated-node.js'
import { dieBeforeSending, turnFailed } from './storage.js'
import type { Thing } from './thing.js'
import { Witness } from './witness.js'
import type { WorldOptions, WorldStats } from './world-options.js'

/** What is done within this time was done when it was due. */
const PROMPT_MS = 25

/** How many gifts in a row may lie unacknowledged upon the first: the collector's own limit. */
const GIFT_DEPTH = 1

export class World {
  readonly options: WorldOptions
  readonly names: readonly NodeName[]
  readonly network: Network
  readonly leases: LeaseTimes
  readonly time: TrueTime = { now: 0 }
  /** The current lifetime of each node; it may have crashed. */
  readonly lives: SimulatedNode[] = []
  /** Every lifetime. */
  readonly all: SimulatedNode[] = []
  readonly things = new Map<Label, Thing>()
  /** Application messages that were not processed; some never will be. */
  readonly letters = new Map<number, Letter>()
  /** Those that may still be. */
  readonly underWay: Letter[] = []
  /** By gifter and number. */
  readonly gifts = new Map<string, Gift>()
  /** What is still promised, and watched. */
  watching: Watching
  readonly oracle: Oracle
  readonly witness: Witness
  readonly stats: WorldStats = {
    turns: 0,
    frames: 0,
    refused: 0,
    sessionsEnded: 0,
    expired: 0,
    broken: 0,
    collected: 0,
    crashes: 0,
    uncommitted: 0,
    turnsBeforeEnd: 0,
  }
  /** Counts what happens: the world's order of things. */
  moment = 0
  /** Whether a table may have changed since the oracle last looked. */
  isDirty = false
  /** Whether reports may still leave suspects out, finalizers be late: until the ending. */
  isOrderly = false
  /** Whether a clock has done what no drift explains: what rests on clocks is promised no more. */
  hasBrokenClocks = false
  /** How many lies were told. */
  lies = 0
  /** What may be used again because a liar has named it. */
  readonly blamed = new Set<Thing>()
  /** Told of faults that are no actions of their own, and whom they strike. */
  onFault: ((fault: Fault, struck: readonly SimulatedNode[]) => void) | null = null
  /** Sees every turn, for transcripts. */
  onTurn: ((node: SimulatedNode, event: CollectorEvent, effects: readonly CollectorEffect[]) => void) | null = null
  readonly #places = new Map<NodeName, number>()
  readonly #arrivals: Arrivals
  readonly #queue: { readonly node: SimulatedNode; readonly effects: readonly CollectorEffect[] }[] = []
  /** Whose processes die before they have sent anything of the turn under way. */
  readonly #dying: SimulatedNode[] = []
  #isCarryingOut = false
  #letters = 0

  constructor(options: WorldOptions) {
    this.options = options
    this.names = [...options.nodes, ...options.judges]
    this.names.forEach((name, place) => this.#places.set(name, place))
    this.network = new Network(this.names.length)
    this.leases = leaseTimes(options.lease, GIFT_DEPTH, options.rules)
    this.watching = watching(options.checkers)
    this.oracle = new Oracle(this)
    this.witness = new Witness(this)
    this.#arrivals = new Arrivals(this)
    for (const name of this.names) this.start(name)
    for (const a of this.lives) for (const b of this.lives) if (a.place < b.place) this.link(a, b)
  }

  /** Whether anybody has lied yet. */
  get hasLiars(): boolean {
    return this.lies > 0
  }

  /** A number that no letter has had. */
  nextLetter(): number {
    return ++this.#letters
  }

  /** The place of a node; -1 for a name that is none. */
  placeOf(name: NodeName): number {
    return this.#places.get(name) ?? -1
  }

  /** The current lifetime of a node, up or not; null for a name that is none. */
  find(name: NodeName): SimulatedNode | null {
    return this.lives[this.placeOf(name)] ?? null
  }

  /** The current lifetime of a node, if it can act. */
  active(name: NodeName): SimulatedNode | null {
    const node = this.find(name)
    return node?.isActive === true ? node : null
  }

  /** The lifetime that an address names. */
  lifetime(name: NodeName, incarnation: number): SimulatedNode | null {
    const current = this.find(name)
    if (current?.incarnation === incarnation) return current
    return this.all.find((node) => node.name === name && node.incarnation === incarnation) ?? null
  }

  /** Begins a lifetime of a node. */
  start(name: NodeName): SimulatedNode {
    const node = createLifetime(this, name)
    this.all.push(node)
    this.lives[node.place] = node
    return node
  }

  /** From now on only what rests on no clock is promised. */
  breakClocks(): void {
    if (this.hasBrokenClocks) return
    this.hasBrokenClocks = true
    this.watching = watching(this.options.checkers.filter((checker) => checker.restsOnClocks !== true))
  }

  /** Opens a link between two lifetimes, in place of what there was. */
  link(a: SimulatedNode, b: SimulatedNode): void {
    this.network.open(a, b)
    const { reliable } = this.options
    a.wants.delete(b.place)
    b.wants.delete(a.place)
    this.tell(a, { type: 'link-opened', peer: b.id, reliable })
    this.tell(b, { type: 'link-opened', peer: a.id, reliable })
  }

  /** The network tells a node something: now, or when it wakes. */
  tell(node: SimulatedNode, event: CollectorEvent): void {
    if (node.isStalled) node.inbox.push(event)
    else this.step(node, event)
  }

  /**
   * One turn of a node, with all that follows from it there.
   * @returns whether it happened: a commit may fail
   * @throws UsageError, LimitError: nothing happened
   */
  step(node: SimulatedNode, event: CollectorEvent): boolean {
    this.witness.begin(node, event)
    const before = node.fault === 'commit' ? pictureOf(node) : ''
    const now = node.localTime
    if (node.isBehind(now - PROMPT_MS)) node.lastBehindAt = this.time.now
    const { effects, isCommitted } = node.step(event, now)
    // A step that throws has changed nothing, and did not happen.
    this.stats.turns++
    this.isDirty = true
    node.isTouched = true
    this.moment++
    if (!isCommitted) {
      turnFailed(this, node, { event, effects, before })
      return false
    }
    if (event.type === 'link-opened') node.links.add(this.placeOf(event.peer))
    else if (event.type === 'link-closed') node.links.delete(this.placeOf(event.peer))
    this.witness.settle(node, event, effects)
    this.onTurn?.(node, event, effects)
    if (node.desk.sent.length > 0) settleAnswers(node)
    if (node.fault === 'sending') {
      node.fault = null
      this.#dying.push(node)
    }
    if (effects.length > 0) this.#queue.push({ node, effects })
    if (!this.#isCarryingOut) this.#carryAllOut()
    return true
  }

  #carryAllOut(): void {
    this.#isCarryingOut = true
    try {
      // A step that an effect leads to puts its own effects behind those of this one.
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        for (const effect of next.effects) this.#carryOut(next.node, effect)
      }
    } finally {
      this.#isCarryingOut = false
    }
    for (let node = this.#dying.pop(); node !== undefined; node = this.#dying.pop()) dieBeforeSending(this, node)
  }

  #carryOut(node: SimulatedNode, effect: CollectorEffect): void {
    if (effect.type === 'transmit') {
      if (this.#dying.length === 0 || !this.#dying.includes(node)) this.transmit(node, effect)
      return
    }
    for (const checker of this.watching.effect) checker.effect(this, node, effect)
    switch (effect.type) {
      case 'connect':
        node.wants.add(this.placeOf(effect.peer))
        break
      case 'called':
      case 'rejected':
      case 'returned':
        this.#arrivals.called(node, effect)
        break
      case 'expired':
        this.#expired(node, effect)
        break
      case 'session-ended':
        sessionEnded(this, node, effect)
        break
      case 'broken':
        this.#arrivals.broken(node, effect.imports)
        break
      case 'released':
        if (this.options.reclaims) this.#reclaim(node, effect.objects)
        break
      case 'bring-out-your-dead':
        collectLocally(this, node)
        if (this.options.promptFinalizers || this.isOrderly) finalize(this, node, 'all')
        report(this, node, effect.by)
        break
      case 'report-wanted':
        report(this, node, effect.by)
        break
      default:
        break
    }
  }

  /** What a lifetime held is removed. */
  #expired(node: SimulatedNode, { peer, incarnation }: Extract<CollectorEffect, { type: 'expired' }>): void {
    const holder = this.lifetime(peer, incarnation)
    if (holder === null) return
    this.stats.expired++
    node.expiredAt[holder.index] = ++this.moment
  }

  transmit(node: SimulatedNode, { peer, frame }: Extract<CollectorEffect, { type: 'transmit' }>): void {
    this.stats.frames++
    this.network.send(node, this.placeOf(peer), frame)
  }

  #reclaim(node: SimulatedNode, objects: readonly number[]): void {
    const { collector, heap } = node
    const { unreachableImports } = heap.reclaim(objects as Parameters<typeof heap.reclaim>[0], {
      isExported: (object) => collector.isExported(object),
      isPinned: (id) => collector.isPinned(id),
    })
    this.unreferenced(node, unreachableImports)
  }

  /** A heap has found imports unreachable: their finalizers are to come. */
  unreferenced(node: SimulatedNode, imports: readonly ImportId[]): void {
    for (const importId of imports) {
      const held = node.held[importId]
      if (held !== undefined) held.state = 'unreferenced'
      node.finalizers.push({ importId, generation: node.collector.generationOf(importId) })
    }
    if (imports.length === 0 || node.hoards) return
    if (this.options.promptFinalizers || this.isOrderly) finalize(this, node, 'all')
  }
}
