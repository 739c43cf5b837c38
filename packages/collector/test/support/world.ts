/**
 * A few whole nodes in one thread: the real collector and the real object heap, joined by wires that deliver a frame when
 * the test says so. A wire is FIFO and loses nothing, unless the test delivers badly; time passes when the test says so, for all nodes
 * alike. In a world with faults sessions may end, nodes vanish and come back; what may not happen is told by `Promises`.
 */
import {
  ALL_RULES,
  type Duration,
  type ImportId,
  type Incarnation,
  type Instant,
  type NodeId,
  nodeId,
  type Random,
  type Rules,
} from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import type { LocalTrace } from '@holdfast/tracing'
import type { CollectorEffect, CollectorEvent, CollectorOptions } from '../../src/index.js'
import { Arrivals } from './arrivals.js'
import type { Enclosed, Letter } from './letter.js'
import { collect, reclaim } from './local-collections.js'
import { Network } from './network.js'
import { keyOf, reachable } from './oracle.js'
import { type Holder, Promises } from './promises.js'
import { Violation } from './violation.js'
import { referenceOf, WorldNode } from './world-node.js'
import { WorldTime } from './world-time.js'

export { Violation } from './violation.js'

/** A lease for worlds with faults: the quarantine lasts 11 s. */
const SHORT_LEASE = { term: 1000, drift: 0.01 }

/** What no honest node ever sees while no session ends. */
const VIOLATIONS: readonly CollectorEffect['type'][] = [
  'rejected',
  'alarm',
  'session-ended',
  'broken',
  'expired',
  'refused',
  'untrusted',
]

/** What is no violation by itself where there are faults. */
const FAULTS: readonly CollectorEffect['type'][] = ['rejected', 'session-ended', 'broken', 'expired', 'refused']

export interface WorldOptions {
  readonly rules?: Rules
  readonly collector?: Partial<CollectorOptions>
  /** What the collectors are told of the wires; true unless told. */
  readonly reliable?: boolean
  /** Whether a node frees what nobody holds any more as soon as it hears of it, by counting inside its heap. */
  readonly reclaims?: boolean
  /** Effects that are no violation in this world. */
  readonly tolerates?: readonly CollectorEffect['type'][]
  /** Leases are short, what the driver is asked to connect is connected, and what is promised is watched. */
  readonly hasFaults?: boolean
  /** How fast the clocks of nodes run that are not right. */
  readonly rates?: Readonly<Record<string, number>>
}

type EffectOf<T extends CollectorEffect['type']> = Extract<CollectorEffect, { type: T }>

export class World {
  readonly nodes = new Map<string, WorldNode>()
  readonly network = new Network()
  readonly letters = new Map<number, Letter>()
  readonly promises = new Promises(this.nodes, this.network)
  /** Effects other than transmissions, as they came. */
  readonly log: { readonly node: string; readonly at: Instant; readonly effect: CollectorEffect }[] = []
  /** How `report-wanted` and `bring-out-your-dead` are answered; null leaves them to the test. */
  answersReports = true
  /** Whether it is a violation to clear a weak holder of something live. */
  clearsExactly = true
  /** Sees every frame as it is put on its wire. */
  onFrame: ((from: string, frame: Uint8Array) => void) | null = null
  readonly #time: WorldTime
  readonly #options: WorldOptions
  readonly #arrivals: Arrivals
  readonly #tolerates: ReadonlySet<string>
  #letters = 0
  /** Whom the driver is asked to connect, and what owners have removed, since a turn began. */
  readonly #wishes: (readonly [from: string, to: string])[] = []
  readonly #lapses: (readonly [owner: WorldNode, holder: Holder])[] = []
  /** The last lifetime of each node there has been. */
  readonly #lives = new Map<string, number>()

  constructor(names: readonly string[], options: WorldOptions = {}) {
    const { tolerates = [], hasFaults = false, rates = {} } = options
    this.#options = options
    this.#time = new WorldTime(this, { hasFaults, rates })
    this.#arrivals = new Arrivals(this)
    this.#tolerates = new Set(hasFaults ? [...FAULTS, ...tolerates] : tolerates)
    for (const name of names) this.nodes.set(name, this.#newNode(name, 1))
    for (const from of names) for (const to of names) if (from !== to) this.#open(from, to)
    this.settle()
  }

  get wires(): Map<string, Uint8Array[]> {
    return this.network.wires
  }

  node(name: string): WorldNode {
    const node = this.nodes.get(name)
    if (node === undefined) throw new Error(`no node ${name}`)
    return node
  }

  /** True time; a node's clock may run at another rate. */
  get now(): Instant {
    return this.#time.now
  }

  /** Nodes that neither act nor hear. */
  get asleep(): Set<string> {
    return this.#time.asleep
  }

  /** What a node was told of one kind, and when. */
  told<T extends CollectorEffect['type']>(
    name: string,
    type: T,
  ): { readonly at: Instant; readonly effect: EffectOf<T> }[] {
    return this.log.flatMap(({ node: by, at, effect }) =>
      by === name && effect.type === type ? [{ at, effect: effect as EffectOf<T> }] : [],
    )
  }

  step(name: string, event: CollectorEvent): void {
    const node = this.node(name)
    const effects = node.collector.step(event, this.#time.shownTo(name))
    if (effects.some(({ type }) => type === 'session-opened' || type === 'session-ended')) node.noteSessions()
    const gaveUp = new Set(effects.flatMap((effect) => (effect.type === 'expired' ? [effect.peer as string] : [])))
    for (const effect of effects) this.#carryOut(node, effect, gaveUp)
    this.promises.turned(node)
    for (const [from, to] of this.#wishes.splice(0)) this.#connect(from, to)
  }

  /** Ordinary code sends a message with references to an imported object, or to a node. @returns the number of the letter */
  send(from: string, to: { target: Handle } | { node: string }, references: readonly Handle[] = []): number {
    const sender = this.node(from)
    const enclose = (handle: Handle): Enclosed => ({
      meant: sender.identityOf(handle),
      isPromised: this.promises.isPromised(sender, handle),
    })
    const target = 'target' in to ? enclose(to.target) : null
    const receiver = this.node('node' in to ? to.node : sender.identityOf(to.target).home)
    const number = ++this.#letters
    const session = sender.sessions.get(receiver.name) ?? 0
    const letter = { from: sender, to: receiver, session, target, references: references.map(enclose) }
    this.letters.set(number, letter)
    const destination =
      'node' in to ? { node: nodeId(to.node) } : { import: sender.heap.importOf(to.target) as ImportId }
    try {
      this.step(from, {
        type: 'call',
        to: destination,
        call: number,
        references: references.map((handle) => referenceOf(sender, handle)),
        payload: new TextEncoder().encode(String(number)),
      })
    } catch (error) {
      this.letters.delete(number)
      throw error
    }
    return number
  }

  /** Delivers the next frames of one wire. */
  deliver(from: string, to: string, count = 1): void {
    for (let left = count; left > 0; left--) {
      const frame = this.wires.get(`${from}>${to}`)?.shift()
      if (frame === undefined) throw new Error(`nothing is under way from ${from} to ${to}`)
      this.step(to, { type: 'frame', peer: nodeId(from), frame })
    }
  }

  /** Loses, repeats or reorders the next frames of a wire, or delivers one as it is. */
  deliverBadly(from: string, to: string, random: Random): void {
    const frames = this.wires.get(`${from}>${to}`) ?? []
    const at = random.chance(0.15) ? random.below(frames.length) : 0
    const frame = frames[at]
    if (!random.chance(0.15)) frames.splice(at, 1)
    // The receiver owns the bytes that it is given, so a repetition is a copy.
    if (!random.chance(0.15)) this.step(to, { type: 'frame', peer: nodeId(from), frame: frame.slice() })
  }

  isBusy(from: string, to: string): boolean {
    return this.network.frames(from, to).length > 0
  }

  /** The wires on which something is under way that moves by itself. */
  busyWires(): [string, string][] {
    return this.network.busy().filter(([, to]) => !this.asleep.has(to))
  }

  /** Lets time pass; every node that something is due for does it. */
  advance(ms: Duration): void {
    this.#time.advance(ms)
  }

  /** Lets time pass while all that is sent arrives at once, but for what is held. */
  later(ms: Duration): void {
    this.#time.later(ms)
  }

  /** Delivers until nothing is under way and nothing is due soon: leases run on for ever. */
  settle(): void {
    this.#time.settle()
  }

  /** All nodes know what time it is: then nothing may have been removed from one who trusts that it is there. */
  checkLapses(): void {
    for (const [owner, holder] of this.#lapses.splice(0)) {
      this.promises.lapsed(owner, holder, this.#time.shownTo(holder.peer))
    }
  }

  /** Two nodes lose their link, and what is under way on it; neither finds another until they are joined. */
  part(a: string, b: string): void {
    this.network.part(a, b)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      if (this.nodes.has(from)) this.step(from, { type: 'link-closed', peer: nodeId(to) })
    }
  }

  /** Two nodes get a new link, in place of the one that they have, if any. */
  join(a: string, b: string): void {
    this.network.unlink(a, b)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      this.step(from, { type: 'link-closed', peer: nodeId(to) })
      this.#open(from, to)
    }
  }

  /** A node appears, with links to some. */
  enter(name: string, ...peers: string[]): void {
    this.nodes.set(name, this.#newNode(name, 1))
    for (const peer of peers) this.join(name, peer)
  }

  /** A node vanishes, and what is under way from and to it; nobody is told. */
  crash(name: string): void {
    this.nodes.delete(name)
    for (const other of this.nodes.keys()) this.network.unlink(name, other)
  }

  /** A node begins a new lifetime without anything of the last, with links to all. It has heard of nothing yet. */
  restart(name: string): void {
    const life = (this.#lives.get(name) ?? 1) + 1
    this.crash(name)
    this.nodes.set(name, this.#newNode(name, life))
    for (const other of this.nodes.keys()) if (other !== name) this.join(name, other)
  }

  /** @param late whether the finalizers of imports run later: then what runs them is returned */
  collectLocally(name: string, late = false): () => void {
    const finalize = collect(this, this.node(name))
    if (!late) finalize()
    return finalize
  }

  report(name: string, to: string, trace?: LocalTrace): void {
    const sender = this.node(name)
    const { collector, heap } = sender
    const ticket = collector.beginReport()
    const weak = sender.weakHolds()
    this.step(name, { type: 'report', to: nodeId(to), ticket, trace: trace ?? heap.trace(collector.pinned), weak })
  }

  /** A whole round by one node, everything delivered. */
  round(coordinator: string): void {
    this.step(coordinator, { type: 'begin-round', nodes: [...this.nodes.keys()].map(nodeId) })
    this.settle()
    for (const name of this.nodes.keys()) this.collectLocally(name)
    this.settle()
  }

  #newNode(name: string, life: number): WorldNode {
    const { collector = {}, hasFaults = false, rules = ALL_RULES } = this.#options
    const lease = hasFaults ? { lease: SHORT_LEASE } : {}
    this.#lives.set(name, life)
    return new WorldNode(name, { ...lease, ...collector, incarnation: life as Incarnation }, rules)
  }

  #open(from: string, to: string): void {
    this.network.link(from, to)
    this.step(from, { type: 'link-opened', peer: nodeId(to), reliable: this.#options.reliable ?? true })
  }

  /** What a driver does when it is asked to connect. */
  #connect(from: string, to: string): void {
    if (this.#options.hasFaults !== true || !this.nodes.has(to) || this.network.isApart(from, to)) return
    if (this.network.isLinked(from, to)) this.step(from, { type: 'open-session', peer: nodeId(to) })
    else this.join(from, to)
  }

  #carryOut(node: WorldNode, effect: CollectorEffect, gaveUp: ReadonlySet<string>): void {
    const { name } = node
    if (effect.type === 'transmit') {
      this.network.send(name, effect.peer, effect.frame)
      this.onFrame?.(name, effect.frame)
      return
    }
    this.log.push({ node: name, at: this.now, effect })
    if (effect.type === 'called') this.#arrivals.called(node, effect)
    if (VIOLATIONS.includes(effect.type) && !this.#tolerates.has(effect.type)) {
      throw new Violation(`${effect.type} at ${name}: ${JSON.stringify(effect)}`)
    }
    if (effect.type === 'rejected') this.#arrivals.rejected(node, effect)
    if (effect.type === 'connect') this.#wishes.push([name, effect.peer])
    if (effect.type === 'expired') this.#lapses.push([node, effect])
    if (effect.type === 'released' && this.#options.reclaims === true) reclaim(this, node, effect.objects)()
    if (effect.type === 'broken') this.#arrivals.broken(node, effect.imports, gaveUp)
    if (effect.type === 'clear-weak') this.#clearWeak(node, effect)
    if (effect.type === 'bring-out-your-dead' && this.answersReports) this.collectLocally(name)
    if ((effect.type === 'report-wanted' || effect.type === 'bring-out-your-dead') && this.answersReports) {
      this.report(name, effect.by)
    }
  }

  #clearWeak(node: WorldNode, { holds }: EffectOf<'clear-weak'>): void {
    const cleared = node.clearWeak(holds)
    const live = this.clearsExactly && cleared.length > 0 ? reachable(this) : new Set<string>()
    for (const handle of cleared) {
      const key = keyOf(node.identityOf(handle))
      if (live.has(key)) throw new Violation(`a weak holder of a live object was cleared at ${node.name}: ${key}`)
    }
  }
}

export const node = (name: string): NodeId => nodeId(name)
