/**
 * Any number of nodes in one thread and in virtual time, over links that lose nothing and are opened when a collector asks for one.
 * No oracle, no faults, no chance: a node wakes only when something arrives or is due, so that a world of thousands of nodes costs
 * what its collectors cost. What never happens to honest nodes on such links is thrown as a Violation.
 *
 * The coordinator is a node of its own, without objects: what its turns and its memory cost is the price of coordinating.
 */
import type { CollectorEffect, CollectorEvent } from '@holdfast/collector'
import { after, type Duration, instant, type ObjectKey } from '@holdfast/core'
import { Deadlines, type LeaseOptions } from '@holdfast/lease'
import { Violation } from '../../violation.js'
import { EventQueue } from './event-queue.js'
import { ScaleNode } from './scale-node.js'
import { Traffic } from './traffic.js'

export interface ScaleWorldOptions {
  /** How many nodes hold objects. */
  readonly members: number
  /** Default: `LONG_LEASE`. */
  readonly lease?: LeaseOptions
}

/** A day: no ping falls into a measurement. */
const LONG_LEASE: LeaseOptions = { term: 24 * 3600 * 1000, drift: 0.01 }

/** A round that this world's coordinator judged. */
export type Judged = Extract<CollectorEffect, { type: 'judged' }>

export type Called = Extract<CollectorEffect, { type: 'called' }>

/** How long a frame is under way, in ms. */
const LATENCY_MS = 1

/** Acknowledgements go alone sooner than this; leases with a long term bring nothing for much longer. */
const SOON_MS = 1000

/** What no honest node ever sees while no link closes. */
const VIOLATIONS = ['rejected', 'alarm', 'session-ended', 'broken', 'expired', 'refused', 'untrusted'] as const

const isViolation = (effect: CollectorEffect): boolean => VIOLATIONS.some((type) => type === effect.type)

export class ScaleWorld {
  readonly members: readonly ScaleNode[]
  readonly traffic = new Traffic()
  now = instant(0)
  /** Takes in an application message; set by whoever sends them. */
  onCalled: ((node: ScaleNode, call: Called) => void) | null = null
  /** Rounds that the coordinator judged, the latest last. */
  readonly judged: Judged[] = []
  /** Processor time of the coordinator's turns in which it judged, in ms. */
  judgingMs = 0
  #coordinator: ScaleNode | null
  readonly #nodes = new Map<string, ScaleNode>()
  readonly #links = new Set<string>()
  readonly #queue = new EventQueue()
  readonly #deadlines = new Deadlines()
  /** Nodes that a drop or a verdict may have left a cycle of their own on. */
  readonly #toCollect = new Set<ScaleNode>()

  constructor({ members, lease = LONG_LEASE }: ScaleWorldOptions) {
    const trusts = (node: string): boolean => node === this.coordinator.id
    const options = { lease, trusts, codec: this.traffic.codec }
    this.members = Array.from({ length: members }, (_, place) => new ScaleNode(place, memberName(place), options))
    this.#coordinator = new ScaleNode(members, 'c000000', options)
    for (const node of [...this.members, this.#coordinator]) this.#nodes.set(node.id, node)
  }

  /** @throws Violation after it was let go of */
  get coordinator(): ScaleNode {
    if (this.#coordinator === null) throw new Violation('scale', 'the coordinator is gone')
    return this.#coordinator
  }

  /** Lets go of the coordinator, so that its memory can be told. Nothing may happen in this world afterwards. */
  letGoOfCoordinator(): void {
    this.#nodes.delete(this.coordinator.id)
    this.#coordinator = null
  }

  /** Opens a link between two nodes, unless there is one. */
  link(a: ScaleNode, b: ScaleNode): void {
    const key = a.place < b.place ? `${a.place}-${b.place}` : `${b.place}-${a.place}`
    if (this.#links.has(key)) return
    this.#links.add(key)
    this.#send(a, { type: 'link-opened', peer: b.id, reliable: true })
    this.#send(b, { type: 'link-opened', peer: a.id, reliable: true })
  }

  /** Gives the coordinator a session with every member: it asks only those that it has one with. */
  linkCoordinator(): void {
    for (const member of this.members) this.link(this.coordinator, member)
  }

  step(node: ScaleNode, event: CollectorEvent): void {
    const effects = node.collector.step(event, this.now)
    for (const effect of effects) this.#carryOut(node, effect)
    this.#deadlines.set(node.place, node.collector.nextDeadline())
    // What takes another step waits until the frames of this one are on their way: they would overtake them.
    for (const effect of effects) this.#doDuty(node, effect)
  }

  /** Lets the nodes act until nothing is under way and nothing is due soon. */
  settle(): void {
    while (this.#actOnce(SOON_MS));
  }

  /** Lets the nodes act for so long. */
  run(duration: Duration): void {
    const end = after(this.now, duration)
    while (this.#actOnce(end - this.now));
    this.now = end
  }

  /** The coordinator asks all members, they answer, it judges, they sweep and drop. */
  round(): Judged {
    const rounds = this.judged.length
    this.#timed(this.coordinator, () =>
      this.step(this.coordinator, { type: 'begin-round', nodes: this.members.map(({ id }) => id) }),
    )
    this.settle()
    const judged = this.judged.at(-1)
    if (judged === undefined || this.judged.length !== rounds + 1)
      throw new Violation('scale', 'a round without an end')
    if (judged.missing.length > 0) throw new Violation('scale', `${judged.missing.length} reports are missing`)
    return judged
  }

  /** Frees what nothing keeps on one node; owners of what it held are told. */
  collect(node: ScaleNode): void {
    if (!node.mayHaveGarbage) return
    const { exports, pinned } = node.collector
    const { unreachableImports } = node.heap.collect({ exported: exports, pinnedImports: pinned })
    node.noteClean(true)
    if (unreachableImports.length > 0) this.step(node, { type: 'drop', imports: unreachableImports })
  }

  /** @returns false when nothing happens within so long a time, in ms */
  #actOnce(within: Duration): boolean {
    const arrivesAt = this.#queue.nextAt
    const dueAt = this.#deadlines.next
    const latest = after(this.now, within)
    if (arrivesAt !== null && arrivesAt <= latest && (dueAt === null || arrivesAt <= dueAt)) {
      const arrival = this.#queue.take()
      this.now = arrivesAt
      if (arrival !== undefined) this.#timed(arrival.to, () => this.step(arrival.to, arrival.event))
      return true
    }
    const [waiting] = this.#toCollect
    if (waiting !== undefined) {
      this.#toCollect.delete(waiting)
      this.#timed(waiting, () => this.collect(waiting))
      return true
    }
    if (dueAt === null || dueAt > latest) return false
    if (dueAt > this.now) this.now = dueAt
    this.#wake()
    return true
  }

  /** Wakes one node that something is due for; what was due may have moved to a later time. */
  #wake(): void {
    const place = this.#deadlines.takeDue(this.now)
    if (place === null) return
    const node = this.members[place] ?? this.coordinator
    this.#timed(node, () => this.step(node, { type: 'deadline' }))
  }

  #timed(node: ScaleNode, turn: () => void): void {
    const rounds = this.judged.length
    const before = process.cpuUsage()
    turn()
    const { user, system } = process.cpuUsage(before)
    const ms = (user + system) / 1000
    node.noteTurn(ms)
    if (this.judged.length > rounds) this.judgingMs += ms
  }

  #send(to: ScaleNode, event: CollectorEvent): void {
    this.#queue.push({ at: after(this.now, LATENCY_MS), to, event })
  }

  #nodeOf(id: string): ScaleNode {
    const node = this.#nodes.get(id)
    if (node === undefined) throw new Violation('scale', `no node ${id}`)
    return node
  }

  #carryOut(node: ScaleNode, effect: CollectorEffect): void {
    if (isViolation(effect)) throw new Violation('scale', `${effect.type} at ${node.id}: ${JSON.stringify(effect)}`)
    switch (effect.type) {
      case 'transmit':
        this.traffic.frame(effect.frame.length)
        this.#send(this.#nodeOf(effect.peer), { type: 'frame', peer: node.id, frame: effect.frame })
        break
      case 'connect':
        this.link(node, this.#nodeOf(effect.peer))
        break
      case 'called':
        this.onCalled?.(node, effect)
        break
      case 'judged':
        this.judged.push(effect)
        break
      default:
        break
    }
  }

  #doDuty(node: ScaleNode, effect: CollectorEffect): void {
    if (effect.type === 'released') this.#reclaim(node, effect.objects)
    if (effect.type === 'bring-out-your-dead') this.collect(node)
    if (effect.type === 'bring-out-your-dead' || effect.type === 'report-wanted')
      this.#report(node, this.#nodeOf(effect.by))
  }

  /** Frees at once what nothing refers to; what may be a cycle waits until the frames that are under way have come. */
  #reclaim(node: ScaleNode, objects: readonly ObjectKey[]): void {
    const { collector, heap } = node
    node.noteClean(false)
    const { unreachableImports, mayBeCyclic } = heap.reclaim(objects, collector)
    if (unreachableImports.length > 0) this.step(node, { type: 'drop', imports: unreachableImports })
    if (mayBeCyclic) this.#toCollect.add(node)
  }

  #report(node: ScaleNode, to: ScaleNode): void {
    const ticket = node.collector.beginReport()
    this.step(node, { type: 'report', to: to.id, ticket, trace: node.heap.trace(node.collector.pinned) })
  }
}

/** Of equal length, so that a node's name costs the same in a world of any size. */
const memberName = (place: number): string => `n${String(place).padStart(6, '0')}`
