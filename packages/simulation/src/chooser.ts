/**
 * Decides what happens next: one concrete action, by weights that are drawn anew for each run, so that each run is full of something
 * else. What cannot happen now is passed over.
 */
import type { Random } from '@holdfast/core'
import type { Action, NodeName } from './action.js'
import { type Choice, drawWeights, type FaultChoice, type Stress } from './choices.js'
import { FORGERIES } from './forgery.js'
import type { Wire } from './network.js'
import type { SimulatedNode } from './simulated-node.js'
import type { Stage } from './stage.js'
import { thingOf } from './thing.js'
import type { Workload } from './workloads/workload.js'
import type { World } from './world.js'

/** How many objects a node's program makes before it stops. */
const MAX_OBJECTS = 8

export class Chooser {
  readonly #stage: Stage
  readonly #world: World
  readonly #random: Random
  readonly #stress: Stress
  readonly #workload: Workload
  readonly #choices: readonly Choice[]
  readonly #weights: readonly number[]
  readonly #total: number
  readonly #wires: Wire[] = []

  constructor(stage: Stage, workload: Workload, stress: Stress) {
    this.#stage = stage
    this.#world = stage.world
    this.#random = stage.random
    this.#stress = stress
    this.#workload = workload
    const drawn = drawWeights(this.#random, { stress, usual: workload.weights ?? {} })
    this.#choices = drawn.map(([choice]) => choice)
    this.#weights = drawn.map(([, weight]) => weight)
    this.#total = this.#weights.reduce((sum, weight) => sum + weight, 0)
  }

  /** Makes one thing happen, if what was chosen is possible. @throws Violation */
  step(): void {
    let dice = this.#random.fraction() * this.#total
    let index = 0
    while (index < this.#weights.length - 1 && (dice -= this.#weights[index]) > 0) index++
    const choice = this.#choices[index]
    if (choice === 'own') {
      this.#workload.act?.(this.#stage)
      return
    }
    const action = this.#make(choice)
    if (action === null || !this.#stage.do(action)) return
    if (action.do === 'report') this.#hasten(action)
  }

  /** Most reports reach their coordinator at once, so that verdicts are made of reports of many ages. */
  #hasten({ at, to }: Extract<Action, { do: 'report' }>): void {
    if (!this.#random.chance(0.8)) return
    const { network } = this.#world
    const [from, place] = [this.#world.placeOf(at), this.#world.placeOf(to)]
    for (let left = network.frames(from, place)?.length ?? 0; left > 0; left--) {
      this.#stage.do({ do: 'deliver', from: at, to, at: 0 })
    }
  }

  #make(choice: Exclude<Choice, 'own'>): Action | null {
    const random = this.#random
    switch (choice) {
      case 'send':
      case 'publish':
      case 'refer':
      case 'unrefer':
      case 'let-go':
      case 'create':
        return this.#program(choice)
      case 'deliver':
        return this.#deliver((wire) => !this.#isCoordinating(wire))
      case 'coordinate':
        return this.#deliver((wire) => this.#isCoordinating(wire))
      case 'reorder':
      case 'duplicate':
      case 'lose':
        return this.#onWire((wire) => ({
          do: choice === 'reorder' ? 'deliver' : choice,
          from: wire.from.name,
          to: wire.to.name,
          at: random.below(wire.frames.length),
        }))
      case 'collect':
        return this.#at((at) => ({ do: 'collect', at }))
      case 'finalize':
        return this.#finalize()
      case 'report':
        return this.#at((at) => ({ do: 'report', at, to: this.#coordinator() }))
      case 'report-late':
        return this.#at((at) => ({ do: 'report-late', at, to: this.#coordinator(), frames: 1 + random.below(3) }))
      case 'judge':
        return { do: 'judge', at: this.#coordinator() }
      case 'begin-round':
        return { do: 'begin-round', at: this.#coordinator() }
      case 'tick':
        return this.#tick()
      case 'pass-little':
        return { do: 'pass', ms: random.pick([5, 25, 60]), moving: true }
      case 'pass-long':
        return { do: 'pass', ms: this.#longTime(), moving: true }
      case 'stand-still':
        return { do: 'pass', ms: random.pick([5, 25, 100]), moving: false }
      case 'stand-long':
        return { do: 'pass', ms: this.#longTime(), moving: false }
      default:
        return this.#fault(choice)
    }
  }

  #program(choice: 'send' | 'publish' | 'refer' | 'unrefer' | 'let-go' | 'create'): Action | null {
    const random = this.#random
    const at = random.pick(this.#stage.names)
    const node = this.#world.active(at)
    if (node === null) return null
    if (choice === 'create') {
      return node.heap.objectCount < MAX_OBJECTS ? { do: 'create', at, as: this.#stage.label() } : null
    }
    if (choice === 'let-go') {
      return node.roots.length === 0 ? null : { do: 'let-go', at, what: thingOf(random.pick(node.roots)).label }
    }
    const { all, own, far } = this.#stage.reachable(at)
    if (choice === 'send') return far.length === 0 ? null : this.#send(at, { all, far })
    if (choice === 'publish') {
      const references = own.length === 0 ? [] : [random.pick(own).label]
      return { do: 'publish', from: at, to: this.#stage.other(at), references }
    }
    if (own.length === 0) return null
    const from = random.pick(own)
    if (choice === 'refer') return { do: 'refer', at, from: from.label, to: thingOf(random.pick(all)).label }
    if (from.references.length === 0) return null
    return { do: 'unrefer', at, from: from.label, to: thingOf(random.pick(from.references)).label }
  }

  #send(from: NodeName, { all, far }: Pick<ReturnType<Stage['reachable']>, 'all' | 'far'>): Action {
    const random = this.#random
    const target = random.pick(far)
    const references = []
    for (let left = random.pick([0, 1, 1, 1, 1, 1, 2]); left > 0; left--) {
      const thirds =
        this.#stress.gifts && random.chance(0.6) ? far.filter(({ thing }) => thing.home !== target.thing.home) : []
      references.push(thingOf(thirds.length > 0 ? random.pick(thirds) : random.pick(all)).label)
    }
    return { do: 'send', from, to: target.thing.label, references }
  }

  #finalize(): Action | null {
    const waiting = this.#world.lives.filter((node) => node.isActive && node.finalizers.length > 0 && !node.hoards)
    if (waiting.length === 0) return null
    const node = this.#random.pick(waiting)
    return { do: 'finalize', at: node.name, which: this.#random.below(node.finalizers.length) }
  }

  #tick(): Action | null {
    const due = this.#world.lives.filter((node) => {
      const deadline = node.isActive ? node.collector.nextDeadline() : null
      return deadline !== null && deadline <= node.localTime
    })
    return due.length === 0 ? null : { do: 'tick', at: this.#random.pick(due).name }
  }

  #fault(choice: Exclude<FaultChoice, 'reorder' | 'duplicate' | 'lose' | 'stand-long' | 'pass-long'>): Action | null {
    const random = this.#random
    const world = this.#world
    const [a, b] = this.#pair()
    switch (choice) {
      case 'late-frame': {
        const late = world.network.lateFrames(world.placeOf(a), world.placeOf(b))
        return late.length === 0 ? null : { do: 'late-frame', from: a, to: b, at: random.below(late.length) }
      }
      case 'block':
        return { do: 'block', from: a, to: b }
      case 'unblock':
        return this.#unblock()
      case 'connect':
        return this.#connect()
      case 'link':
        return { do: 'link', a, b }
      case 'reset':
        return { do: 'reset', a, b, told: random.pick(['both', 'both', 'a', 'b'] as const) }
      case 'notice':
        return this.#notice()
      case 'garble':
        return { do: 'garble', from: a, to: b }
      case 'crash':
        return { do: 'crash', at: random.pick(world.names) }
      case 'stall':
        return { do: 'stall', at: random.pick(world.names) }
      case 'pause':
        return { do: 'pause', at: random.pick(world.names) }
      case 'restart':
        return this.#among('restart', (node) => !node.isUp)
      case 'wake':
        return this.#among('wake', (node) => node.isStalled)
      case 'resume':
        return this.#among('resume', (node) => node.isPaused)
      case 'repeat':
        return { do: 'repeat', by: a, to: b, n: random.below(24) }
      case 'forge':
        return {
          do: 'forge',
          by: 'mallory',
          to: random.pick(this.#stage.names),
          lie: random.pick(FORGERIES),
          n: random.below(64),
        }
    }
  }

  #among(act: 'restart' | 'wake' | 'resume', is: (node: SimulatedNode) => boolean): Action | null {
    const nodes = this.#world.lives.filter(is)
    return nodes.length === 0 ? null : { do: act, at: this.#random.pick(nodes).name }
  }

  #unblock(): Action | null {
    const { network, lives } = this.#world
    if (!network.hasBlocks) return null
    const blocked = lives.flatMap((from) =>
      lives.filter((to) => network.isBlocked(from.place, to.place)).map((to) => [from, to] as const),
    )
    const [from, to] = this.#random.pick(blocked)
    return { do: 'unblock', from: from.name, to: to.name }
  }

  /** A link or a session that somebody waits for. */
  #connect(): Action | null {
    const { lives } = this.#world
    const waiting = lives.filter((node) => node.isActive && node.wants.size > 0)
    if (waiting.length === 0) return null
    const node = this.#random.pick(waiting)
    const place = this.#random.pick([...node.wants])
    return { do: 'link', a: node.name, b: lives[place].name }
  }

  /** An end that does not know yet that its link is gone. */
  #notice(): Action | null {
    const { lives, network } = this.#world
    const ends = lives.flatMap((node) =>
      node.isUp && !node.isPaused
        ? lives
            .filter((peer) => network.isOpenAt(node, peer.place) && !network.isOpenAt(peer, node.place))
            .map((peer) => [node, peer] as const)
        : [],
    )
    if (ends.length === 0) return null
    const [node, peer] = this.#random.pick(ends)
    return { do: 'notice', at: node.name, peer: peer.name }
  }

  #pair(): [NodeName, NodeName] {
    const { names } = this.#world
    const a = this.#random.below(names.length)
    const b = (a + 1 + this.#random.below(names.length - 1)) % names.length
    return [names[a], names[b]]
  }

  #onWire(make: (wire: Wire) => Action): Action | null {
    const wires = this.#world.network.deliverable(this.#wires)
    return wires.length === 0 ? null : make(this.#random.pick(wires))
  }

  #deliver(among: (wire: Wire) => boolean): Action | null {
    const wires = this.#world.network.deliverable(this.#wires).filter(among)
    if (wires.length === 0) return null
    const { from, to } = this.#random.pick(wires)
    return { do: 'deliver', from: from.name, to: to.name, at: 0 }
  }

  /** Whether a wire joins a node with a judge, so that it carries nothing but reports and verdicts. */
  #isCoordinating({ from, to }: Wire): boolean {
    const { length } = this.#stage.names
    return from.place >= length || to.place >= length
  }

  #at(make: (at: NodeName) => Action): Action {
    return make(this.#random.pick(this.#stage.names))
  }

  #coordinator(): NodeName {
    const { judges, nodes } = this.#world.options
    return this.#random.pick(judges.length > 0 ? judges : [nodes[0]])
  }

  /** Around the times at which leases do something. */
  #longTime(): number {
    const { ownerTerm, quarantine, ...leases } = this.#world.leases
    // Without the rule that holders know first their term has no end.
    const holderTerm = Math.min(leases.holderTerm, ownerTerm)
    const random = this.#random
    const term = random.pick([
      holderTerm / 2,
      holderTerm,
      ownerTerm,
      quarantine / 2,
      quarantine,
      quarantine + ownerTerm,
    ])
    return Math.ceil(term * (0.8 + 0.4 * random.fraction()))
  }
}
