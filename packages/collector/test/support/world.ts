/**
 * A few whole nodes in one thread: the real collector and the real object heap, joined by wires that deliver a frame when
 * the test says so. A wire is FIFO and loses nothing, unless the test delivers badly; time passes when the test says so.
 */
import {
  ALL_RULES,
  type ImportId,
  instant,
  type NodeId,
  nodeId,
  type ObjectKey,
  type Random,
  type Rules,
} from '@holdfast/core'
import type { Collected, Handle } from '@holdfast/heap/object-heap'
import type { LocalTrace } from '@holdfast/tracing'
import type { CollectorEffect, CollectorEvent, CollectorOptions, LocalReference } from '../../src/index.js'
import { type Identity, referenceOf, WorldNode } from './world-node.js'

/** What the test itself remembers of an application message; it travels as the payload's number. */
interface Letter {
  readonly to: string
  readonly target: Identity | null
  readonly references: readonly Identity[]
}

/** A broken promise of the collector. */
export class Violation extends Error {}

export interface WorldOptions {
  readonly rules?: Rules
  readonly collector?: Partial<CollectorOptions>
  /** What the collectors are told of the wires; true unless told. */
  readonly reliable?: boolean
  /** Whether a node frees what nobody holds any more as soon as it hears of it, by counting inside its heap. */
  readonly reclaims?: boolean
  /** Effects that are no violation in this world. */
  readonly tolerates?: readonly CollectorEffect['type'][]
}

/** What no honest node ever sees while no session ends. */
const VIOLATIONS: readonly CollectorEffect['type'][] = ['rejected', 'alarm', 'session-ended', 'broken', 'untrusted']

export class World {
  readonly nodes = new Map<string, WorldNode>()
  readonly wires = new Map<string, Uint8Array[]>()
  readonly letters = new Map<number, Letter>()
  /** Effects other than transmissions, as they came. */
  readonly log: { readonly node: string; readonly effect: CollectorEffect }[] = []
  /** How `report-wanted` and `bring-out-your-dead` are answered; null leaves them to the test. */
  answersReports = true
  /** Sees every frame as it is put on its wire. */
  onFrame: ((from: string, frame: Uint8Array) => void) | null = null
  /** The same clock for all nodes. */
  now = instant(0)
  readonly #tolerates: ReadonlySet<string>
  readonly #reclaims: boolean
  #letters = 0

  constructor(names: readonly string[], options: WorldOptions = {}) {
    const { rules = ALL_RULES, collector = {}, reliable = true, reclaims = false, tolerates = [] } = options
    this.#reclaims = reclaims
    this.#tolerates = new Set(tolerates)
    for (const name of names) this.nodes.set(name, new WorldNode(name, collector, rules))
    for (const from of names) {
      for (const to of names) if (from !== to) this.step(from, { type: 'link-opened', peer: nodeId(to), reliable })
    }
    this.settle()
  }

  node(name: string): WorldNode {
    const node = this.nodes.get(name)
    if (node === undefined) throw new Error(`no node ${name}`)
    return node
  }

  step(name: string, event: CollectorEvent): void {
    for (const effect of this.node(name).collector.step(event, this.now)) this.#carryOut(name, effect)
  }

  /** Ordinary code sends a message with references to an imported object, or to a node. */
  send(from: string, to: { target: Handle } | { node: string }, references: readonly Handle[] = []): void {
    const sender = this.node(from)
    const target = 'target' in to ? sender.identityOf(to.target) : null
    const receiver = 'node' in to ? to.node : (target as Identity).home
    const number = ++this.#letters
    this.letters.set(number, {
      to: receiver,
      target,
      references: references.map((handle) => sender.identityOf(handle)),
    })
    const payload = new TextEncoder().encode(String(number))
    const destination =
      'node' in to ? { node: nodeId(to.node) } : { import: sender.heap.importOf(to.target) as ImportId }
    try {
      this.step(from, {
        type: 'call',
        to: destination,
        call: 0,
        references: references.map((handle) => referenceOf(sender, handle)),
        payload,
      })
    } catch (error) {
      this.letters.delete(number)
      throw error
    }
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
    return (this.wires.get(`${from}>${to}`)?.length ?? 0) > 0
  }

  /** Lets time pass; every node that something is due for does it. */
  advance(ms: number): void {
    this.now = instant(this.now + ms)
    for (const { name, collector } of this.nodes.values()) {
      const deadline = collector.nextDeadline()
      if (deadline !== null && deadline <= this.now) this.step(name, { type: 'deadline' })
    }
  }

  /** The wires on which something is under way. */
  busyWires(): [string, string][] {
    const busy = [...this.wires].filter(([, frames]) => frames.length > 0)
    return busy.map(([key]) => key.split('>') as [string, string])
  }

  /** Delivers until nothing is under way and nothing is due. */
  settle(): void {
    for (;;) {
      for (let busy = this.busyWires(); busy.length > 0; busy = this.busyWires()) {
        for (const [from, to] of busy) this.deliver(from, to)
      }
      const deadlines = [...this.nodes.values()].flatMap(({ collector }) => collector.nextDeadline() ?? [])
      if (deadlines.length === 0) return
      this.advance(Math.max(0, Math.min(...deadlines) - this.now))
    }
  }

  collectLocally(name: string): void {
    const { collector, heap } = this.node(name)
    this.#drop(name, heap.collect({ exported: collector.exports, pinnedImports: collector.pinned }))
  }

  #reclaim(name: string, objects: readonly ObjectKey[]): void {
    const { collector, heap } = this.node(name)
    const isExported = (object: ObjectKey) => collector.isExported(object)
    this.#drop(name, heap.reclaim(objects, { isExported, isPinned: (id) => collector.isPinned(id) }))
  }

  #drop(name: string, { unreachableImports }: Collected): void {
    this.#forgetStale(name)
    if (unreachableImports.length > 0) this.step(name, { type: 'drop', imports: unreachableImports })
  }

  report(name: string, to: string, trace?: LocalTrace): void {
    const { collector, heap } = this.node(name)
    const ticket = collector.beginReport()
    this.step(name, { type: 'report', to: nodeId(to), ticket, trace: trace ?? heap.trace(collector.pinned) })
  }

  /** A whole round by one node, everything delivered. */
  round(coordinator: string): void {
    this.step(coordinator, { type: 'begin-round', nodes: [...this.nodes.keys()].map(nodeId) })
    this.settle()
    for (const name of this.nodes.keys()) this.collectLocally(name)
    this.settle()
  }

  #carryOut(name: string, effect: CollectorEffect): void {
    if (effect.type === 'transmit') {
      const key = `${name}>${effect.peer}`
      const frames = this.wires.get(key) ?? []
      this.wires.set(key, frames)
      frames.push(effect.frame)
      this.onFrame?.(name, effect.frame)
      return
    }
    this.log.push({ node: name, effect })
    if (effect.type === 'called') this.#arrived(name, effect)
    if (VIOLATIONS.includes(effect.type) && !this.#tolerates.has(effect.type)) {
      throw new Violation(`${effect.type} at ${name}: ${JSON.stringify(effect)}`)
    }
    if (effect.type === 'released' && this.#reclaims) this.#reclaim(name, effect.objects)
    if (effect.type === 'broken') this.#forgetBroken(name, effect.imports)
    if (effect.type === 'bring-out-your-dead' && this.answersReports) this.collectLocally(name)
    if ((effect.type === 'report-wanted' || effect.type === 'bring-out-your-dead') && this.answersReports) {
      this.report(name, effect.by)
    }
  }

  /** Ordinary code finds out that what it held refers to nothing any more, and lets go. */
  #forgetBroken(name: string, imports: readonly ImportId[]): void {
    const node = this.node(name)
    for (const id of imports) {
      const handle = node.heap.breakImport(id)
      if (handle === undefined) continue
      while (node.roots.includes(handle)) node.letGo(handle)
      node.identities.delete(handle)
    }
  }

  #arrived(name: string, effect: Extract<CollectorEffect, { type: 'called' }>): void {
    const node = this.node(name)
    const number = Number(new TextDecoder().decode(effect.payload))
    const letter = this.letters.get(number)
    // Nobody wrote this one: it was forged.
    if (letter === undefined) return
    this.letters.delete(number)
    if (effect.target !== null) this.#hold(node, { object: effect.target }, letter.target as Identity)
    effect.references.forEach((reference, place) => {
      if ('broken' in reference) throw new Violation(`a reference arrived broken at ${name}`)
      this.#hold(node, reference, letter.references[place])
    })
  }

  #hold(node: WorldNode, reference: LocalReference, meant: Identity): void {
    const handle = 'object' in reference ? reference.object : node.heap.importHandle(reference.import)
    if ('object' in reference) {
      if (!node.heap.resolves(handle)) throw new Violation(`a message for an object that is gone at ${node.name}`)
      node.heap.arrive(handle)
    }
    node.roots.push(handle)
    const known = node.identityOf(handle)
    const isNew = 'import' in reference && !node.identities.has(handle)
    if (isNew) node.identities.set(handle, meant)
    else if (known.home !== meant.home || known.handle !== meant.handle) {
      throw new Violation(`wrong object at ${node.name}: ${JSON.stringify({ known, meant })}`)
    }
  }

  #forgetStale(name: string): void {
    const { heap, identities } = this.node(name)
    for (const handle of identities.keys()) if (!heap.resolves(handle)) identities.delete(handle)
  }
}

export const node = (name: string): NodeId => nodeId(name)
