/**
 * Some nodes of one thread with the real V8, the objects that they share, and a journal of what should be there. Nothing in it keeps an
 * object, but the nodes' tables (`held`) do, which stand for variables of their programs.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { after, type Random } from '@holdfast/core'
import { DEFAULT_LEASE, leaseTimes } from '@holdfast/lease'
import { byReference, createNode, type HoldfastNode, type NodeOptions, type WeakReference } from '../../../src/index.js'
import { join } from '../../support/face.js'
import { TurningClock } from '../../support/turning-clock.js'
import { type HolderRecord, Journal, type Kind, type ObjectRecord } from './journal.js'
import { type Found, type Surroundings, type Thing, type ThingClasses, thingClasses } from './thing.js'

/** A node and its program. */
export interface Member extends HolderRecord {
  node: HoldfastNode
  readonly held: Map<number, Thing>
  readonly weak: Map<number, WeakReference<Thing>>
}

export interface RandomWorldOptions {
  readonly random: Random
  readonly names: readonly string[]
  readonly node: Partial<NodeOptions>
  /** Whether nodes are closed and come back: then calls may fail by that. */
  readonly restarts: boolean
}

/** How often a reference may be passed on before its owner knows: as nodes have it. */
const GIFT_DEPTH = 1

/** What a call may fail with when nodes come and go: not carried out, or nobody knows. A reference to what is there never breaks. */
const LOSSES = ['session-ended', 'unreachable', 'peer-restarted', 'closed', 'no-session']

export class RandomWorld implements Surroundings {
  readonly journal = new Journal()
  readonly members: Member[] = []
  readonly random: Random
  readonly options: RandomWorldOptions
  /** What should never be. */
  readonly violations: string[] = []
  /** How often what was done. */
  readonly deeds = new Map<string, number>()
  readonly #classes: ThingClasses = thingClasses(this)
  readonly #clock = new TurningClock()
  #quietFrom = this.#clock.now()
  readonly #gates = new Map<number, () => void>()
  readonly #walks = new Map<number, Set<number>>()
  #lastNumber = 0
  #lives = 0

  private constructor(options: RandomWorldOptions) {
    this.options = options
    this.random = options.random
  }

  static async create(options: RandomWorldOptions): Promise<RandomWorld> {
    const world = new RandomWorld(options)
    for (const name of options.names) {
      const node = world.#node(name)
      const member: Member = { name, life: 1, node, held: new Map(), weak: new Map(), published: new Map() }
      world.members.push(member)
      world.journal.holders.push(member)
    }
    for (const [index, one] of world.members.entries()) {
      for (const other of world.members.slice(0, index)) await join(one.node, other.node)
    }
    return world
  }

  /** Waits until what the closed lifetimes held is let go of. */
  async outlastQuarantines(): Promise<void> {
    while (this.#clock.now() < this.#quietFrom) await sleep(5)
  }

  close(): void {
    for (const { node } of this.members) node.close()
    this.#clock.stop()
  }

  /** Ends a node's lifetime and begins another: its objects are gone, and so is what its program had in hand. */
  async restart(member: Member): Promise<void> {
    this.did('restart')
    member.node.close()
    const { quarantine } = leaseTimes({ ...DEFAULT_LEASE, ...this.options.node.lease }, GIFT_DEPTH)
    this.#quietFrom = after(this.#clock.now(), 1.2 * quarantine)
    member.life++
    member.held.clear()
    member.weak.clear()
    member.published.clear()
    for (const { held } of this.members) for (const id of held.keys()) if (!this.isThere(id)) held.delete(id)
    member.node = this.#node(member.name)
    for (const other of this.members) if (other !== member) await join(member.node, other.node)
  }

  violate(what: string): void {
    this.violations.push(what)
  }

  did(deed: string): void {
    this.deeds.set(deed, (this.deeds.get(deed) ?? 0) + 1)
  }

  number(): number {
    return ++this.#lastNumber
  }

  /** A failed call is a violation, unless nodes come and go. @param isGone whether what was called is gone with its node */
  failed(deed: string, error: unknown, isGone = false): void {
    const { code = '', message = '', stack = '' } = error as { code?: string; message?: string; stack?: string }
    const isLoss = LOSSES.includes(code) || (code === 'broken-reference' && isGone)
    if (this.options.restarts && isLoss) {
      this.did(`${deed} lost`)
    } else this.violate(`${deed}: ${code} ${message || String(error)}\n${stack}`)
  }

  /** A node's program has an object in hand: the same one, as long as it has it. */
  hold({ held }: Member, { id, object }: Found): void {
    if (!this.isThere(id)) return
    const known = held.get(id)
    if (known !== undefined && known !== object) this.violate(`object ${id} arrived as another than the one in hand`)
    held.set(id, object)
  }

  /** A new object of a node. */
  make(member: Member, kind: Kind): Found {
    return kind === 'managed' ? this.#makeManaged(member) : this.#makeOrdinary(member)
  }

  member(name: string): Member {
    return this.members.find((member) => member.name === name) as Member
  }

  record(id: number): ObjectRecord {
    return this.journal.record(id)
  }

  isThere(id: number): boolean {
    return this.journal.isThere(id)
  }

  makeBeside({ id, home }: ObjectRecord, kind: Kind): Found {
    if (!this.isThere(id)) throw new Error(`object ${id} of a closed node was called`)
    return this.make(this.member(home), kind)
  }

  keepBeside({ id, home }: ObjectRecord, found: Found): void {
    if (!this.isThere(id)) throw new Error(`object ${id} of a closed node was called`)
    this.hold(this.member(home), found)
  }

  async gate(gate: number, { id, home, life }: ObjectRecord, argument: number): Promise<void> {
    const running = { home, life, ids: [id, argument] }
    this.journal.running.add(running)
    await new Promise<void>((resolve) => this.#gates.set(gate, resolve))
    this.journal.running.delete(running)
  }

  get gates(): number[] {
    return [...this.#gates.keys()]
  }

  /** Lets a method that waits at it come to its end. */
  open(gate: number): void {
    this.#gates.get(gate)?.()
    this.#gates.delete(gate)
  }

  visit(walk: number, id: number): boolean {
    const visited = this.visitedIn(walk)
    if (visited.has(id)) return false
    visited.add(id)
    return true
  }

  visitedIn(walk: number): Set<number> {
    const visited = this.#walks.get(walk) ?? new Set<number>()
    this.#walks.set(walk, visited)
    return visited
  }

  endWalk(walk: number): void {
    this.#walks.delete(walk)
  }

  #makeManaged(member: Member): Found {
    const object = new this.#classes.managed()
    const record = this.journal.create('managed', member, object)
    object.id = record.id
    this.#watch(member, object, record)
    // Only now is it managed: its body is the one that its state has.
    record.state = new WeakRef(object.body)
    return { id: record.id, object }
  }

  #makeOrdinary(member: Member): Found {
    const object = byReference(new this.#classes.ordinary())
    const record = this.journal.create('ordinary', member, object)
    object.id = record.id
    return { id: record.id, object }
  }

  #watch({ node }: Member, object: object, record: ObjectRecord): void {
    node.onReclaimed(object, () => {
      record.isReclaimed = true
    })
  }

  #broke(name: string, remotes: readonly object[]): void {
    if (!this.options.restarts) this.violate(`${name}: a reference broke`)
    for (const [id, object] of this.member(name).held) {
      if (remotes.includes(object) && this.isThere(id)) this.violate(`${name}: the reference to ${id} broke`)
    }
  }

  #node(name: string): HoldfastNode {
    const node = createNode({
      id: name,
      rounds: null,
      clock: this.#clock,
      incarnation: ++this.#lives,
      ...this.options.node,
    })
    node.on('collected', (e) => this.deeds.set('condemned', (this.deeds.get('condemned') ?? 0) + e.condemned))
    node.on('alarm', () => this.violate(`${name}: alarm`))
    node.on('broken', ({ remotes }) => this.#broke(name, remotes))
    if (!this.options.restarts) {
      node.on('peer-down', ({ peer, reason }) => this.violate(`${name}: session with ${peer} ended: ${reason}`))
    }
    return node
  }
}
