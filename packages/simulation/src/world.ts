/**
 * A whole cluster in one thread and under virtual time: the real collectors and heaps of any number of nodes, the wires between them,
 * and what the world knows besides. Nothing in it happens by itself: actions make it happen (`perform`).
 */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import { type ImportId, type MessageCodec, Random, type Rules } from '@holdfast/core'
import { type LeaseOptions, type LeaseTimes, leaseTimes } from '@holdfast/lease'
import type { Label, NodeName } from './action.js'
import { Arrivals } from './arrivals.js'
import { type Checker, type Watching, watching } from './checkers/checker.js'
import type { Gift } from './gift.js'
import type { Letter } from './letter.js'
import { Network } from './network.js'
import { NodeClock } from './node-clock.js'
import { Oracle } from './oracle.js'
import { collectLocally, finalize, report } from './runtime.js'
import { SimulatedNode, type TrueTime } from './simulated-node.js'
import type { Thing } from './thing.js'
import { Witness } from './witness.js'

export interface WorldOptions {
  /** Who holds objects, and who only coordinates. */
  readonly nodes: readonly NodeName[]
  readonly judges: readonly NodeName[]
  /** Of the world's own small draws: clocks, filters. */
  readonly seed: number
  readonly rules: Rules
  readonly checkers: readonly Checker[]
  readonly lease: LeaseOptions
  /** Whether links lose nothing while they are open. */
  readonly reliable: boolean
  /** Whether a node frees what nobody holds any more as soon as it hears of it. */
  readonly reclaims: boolean
  /** Whether finalizers run at once. */
  readonly promptFinalizers: boolean
  /** Whether reports leave some suspects out. */
  readonly partialReports: boolean
  /** Whether messages are encoded and decoded. */
  readonly encodes: boolean
}

/** What happened in a run, for its summary. */
export interface WorldStats {
  turns: number
  frames: number
  refused: number
  sessionsEnded: number
  expired: number
  broken: number
  collected: number
  crashes: number
  /** Turns before the ending. */
  turnsBeforeEnd: number
}

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
  readonly watching: Watching
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
    turnsBeforeEnd: 0,
  }
  /** Counts what happens: the world's order of things. */
  moment = 0
  /** Whether a table may have changed since the oracle last looked. */
  isDirty = false
  /** Whether reports may still leave suspects out, finalizers be late: until the ending. */
  isOrderly = false
  /** Sees every turn, for transcripts. */
  onTurn: ((node: SimulatedNode, event: CollectorEvent, effects: readonly CollectorEffect[]) => void) | null = null
  readonly #places = new Map<NodeName, number>()
  readonly #arrivals: Arrivals
  readonly #queue: [SimulatedNode, CollectorEffect][] = []
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

  /** A number that no letter has had. */
  nextLetter(): number {
    return ++this.#letters
  }

  /** Whether anybody has lied yet. */
  get hasLiars(): boolean {
    return this.lives.some((node) => node.isHostile)
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
    const place = this.placeOf(name)
    const { seed, lease, rules } = this.options
    const index = this.all.length
    const random = new Random(Math.imul(seed + index * 7919, 0x9e3779b1))
    // The drift is a promise about rates: the worst that keeps it is what attacks most.
    const rate = 1 + lease.drift * random.pick([-1, -1, 0, 1, 1]) * random.pick([1, 1, 0.5])
    const node = new SimulatedNode({
      count: this.names.length,
      place,
      name,
      incarnation: (this.lives[place]?.incarnation ?? 0) + 1,
      index,
      clock: new NodeClock(random.below(1000), rate),
      time: this.time,
      leases: this.leases,
      codec: (of) => this.#codecOf(of),
      settings: (of) => ({
        rules,
        lease,
        trusts: (coordinator) => this.#isTrusted(coordinator),
        lists: (id) => !this.options.partialReports || this.isOrderly || this.#chances(of, id),
      }),
    })
    // Who has lied once is not trusted in another life either.
    node.isHostile = this.lives[place]?.isHostile ?? false
    node.hoards = node.isHostile
    this.all.push(node)
    this.lives[place] = node
    return node
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

  /** One turn of a node, with all that follows from it there. @throws UsageError, LimitError: nothing happened */
  step(node: SimulatedNode, event: CollectorEvent): void {
    this.witness.begin(node, event)
    const effects = node.collector.step(event, node.localTime)
    // A step that throws has changed nothing, and did not happen.
    this.stats.turns++
    this.isDirty = true
    this.moment++
    this.witness.settle(node, effects)
    this.onTurn?.(node, event, effects)
    for (const effect of effects) this.#queue.push([node, effect])
    if (this.#isCarryingOut) return
    this.#isCarryingOut = true
    try {
      // A step that an effect leads to puts its own effects behind those of this one.
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#carryOut(...next)
    } finally {
      this.#isCarryingOut = false
    }
  }

  #carryOut(node: SimulatedNode, effect: CollectorEffect): void {
    if (effect.type === 'transmit') {
      this.stats.frames++
      this.network.send(node, this.placeOf(effect.peer), effect.frame)
      return
    }
    for (const checker of this.watching.effect) checker.effect(this, node, effect)
    switch (effect.type) {
      case 'connect':
        node.wants.add(this.placeOf(effect.peer))
        break
      case 'called':
      case 'rejected':
        this.#arrivals.called(node, effect)
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

  #codecOf(node: SimulatedNode): MessageCodec {
    return {
      encode: (message) => this.witness.encode(node, message),
      decode: (bytes) => this.witness.decode(node, bytes),
    }
  }

  #isTrusted(coordinator: NodeName): boolean {
    return this.find(coordinator)?.isHostile !== true
  }

  /** A coin that falls the same way in every replay. */
  #chances(node: SimulatedNode, id: number): boolean {
    const { seed } = this.options
    return new Random(Math.imul(seed + node.index * 31 + node.reports * 1009 + id * 7, 0x9e3779b1)).chance(0.7)
  }
}
