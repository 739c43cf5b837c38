/** Collectors in one thread whose frames reach each other at once, and time that moves only when told to. */
import { createHmac } from 'node:crypto'
import {
  Collector,
  type CollectorEffect,
  type CollectorEvent,
  type CollectorOptions,
  type GiftTokenOptions,
} from '@holdfast/collector'
import { type ImportId, type Incarnation, type Instant, type NodeId, nodeId } from '@holdfast/core'

/** The same in every run. */
const tokensOf = (name: string): GiftTokenOptions => ({
  secret: new TextEncoder().encode(`the secret of ${name}`),
  mac: (key, data) => createHmac('sha256', key).update(data).digest(),
})

export class Wires {
  readonly collectors = new Map<NodeId, Collector>()
  /** What nodes hold of what came: their drivers drop it when told to. */
  readonly #arrived = new Map<NodeId, Set<ImportId>>()
  readonly #queue: { readonly to: NodeId; readonly event: CollectorEvent }[] = []
  #now = 0

  /** A node, joined to all that are there. */
  add(name: string, options: Omit<CollectorOptions, 'node' | 'incarnation'> = {}): NodeId {
    const node = nodeId(name)
    this.collectors.set(
      node,
      new Collector({ giftTokens: tokensOf(name), ...options, node, incarnation: 1 as Incarnation }),
    )
    this.#arrived.set(node, new Set())
    for (const other of this.collectors.keys()) {
      if (other === node) continue
      this.#queue.push({ to: node, event: { type: 'link-opened', peer: other, reliable: true } })
      this.#queue.push({ to: other, event: { type: 'link-opened', peer: node, reliable: true } })
    }
    this.settle()
    return node
  }

  collector(node: NodeId): Collector {
    const collector = this.collectors.get(node)
    if (collector === undefined) throw new Error(`no node ${node}`)
    return collector
  }

  /** One turn of a node, and all that follows from it anywhere. @returns the effects of the turn itself */
  step(node: NodeId, event: CollectorEvent): readonly CollectorEffect[] {
    const effects = this.#turn(node, event)
    this.settle()
    return effects
  }

  /** Delivers what is under way. */
  settle(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#turn(next.to, next.event)
  }

  /** Time passes for a node, from deadline to deadline. */
  pass(node: NodeId, ms: number): void {
    const end = this.#now + ms
    const collector = this.collector(node)
    for (let at = collector.nextDeadline(); at !== null && at <= end; at = collector.nextDeadline()) {
      this.#now = Math.max(this.#now, at)
      this.step(node, { type: 'deadline' })
    }
    this.#now = end
  }

  /** A node lets go of all that it was given. */
  dropAll(node: NodeId): void {
    const imports = [...(this.#arrived.get(node) ?? [])]
    this.#arrived.set(node, new Set())
    if (imports.length > 0) this.step(node, { type: 'drop', imports })
  }

  #turn(node: NodeId, event: CollectorEvent): readonly CollectorEffect[] {
    const effects = this.collector(node).step(event, this.#now as Instant)
    for (const effect of effects) this.#carryOut(node, effect)
    return effects
  }

  #carryOut(node: NodeId, effect: CollectorEffect): void {
    const arrived = this.#arrived.get(node)
    if (effect.type === 'transmit') {
      const { peer, frame } = effect
      if (this.collectors.has(peer)) this.#queue.push({ to: peer, event: { type: 'frame', peer: node, frame } })
    } else if (effect.type === 'called' || effect.type === 'rejected' || effect.type === 'returned') {
      for (const reference of effect.references) if ('import' in reference) arrived?.add(reference.import)
    } else if (effect.type === 'broken') {
      for (const id of effect.imports) arrived?.delete(id)
    } else if (effect.type === 'connect' && this.collectors.has(effect.peer)) {
      this.#queue.push({ to: node, event: { type: 'open-session', peer: effect.peer } })
    }
  }
}
