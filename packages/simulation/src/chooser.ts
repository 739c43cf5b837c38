/**
 * Decides what happens next: one concrete action, by weights that are drawn anew for each run, so that each run is full of something
 * else. What cannot happen now is passed over.
 */
import type { Random } from '@holdfast/core'
import type { Action, NodeName } from './action.js'
import { type Choice, drawWeights, type Stress } from './choices.js'
import { FaultChooser } from './fault-chooser.js'
import { drawLongTime } from './long-time.js'
import type { Wire } from './network.js'
import { ProgramChooser } from './program-chooser.js'
import type { Stage } from './stage.js'
import type { Workload } from './workloads/workload.js'
import type { World } from './world.js'

export class Chooser {
  readonly #stage: Stage
  readonly #world: World
  readonly #random: Random
  readonly #programs: ProgramChooser
  readonly #faults: FaultChooser
  readonly #workload: Workload
  readonly #choices: readonly Choice[]
  readonly #weights: readonly number[]
  readonly #total: number
  readonly #wires: Wire[] = []
  #isOwn = false

  constructor(stage: Stage, workload: Workload, stress: Stress) {
    this.#stage = stage
    this.#world = stage.world
    this.#random = stage.random
    this.#programs = new ProgramChooser(stage, stress.gifts)
    this.#faults = new FaultChooser(stage)
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
      this.#actOfItsOwn()
      return
    }
    const action = this.#make(choice)
    if (action === null || !this.#stage.do(action)) return
    if (action.do === 'report') this.#hasten(action)
  }

  /** What the workload does, unless it is in the midst of it. */
  #actOfItsOwn(): void {
    if (this.#isOwn) return
    this.#isOwn = true
    this.#workload.act?.(this.#stage)
    this.#isOwn = false
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
        return this.#programs.choose(choice)
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
      case 'answer':
        return this.#programs.answer()
      case 'tick':
        return this.#tick()
      case 'pass-little':
        return { do: 'pass', ms: random.pick([5, 25, 60]), moving: true }
      case 'pass-long':
        return { do: 'pass', ms: drawLongTime(random, this.#world.leases), moving: true }
      case 'stand-still':
        return { do: 'pass', ms: random.pick([5, 25, 100]), moving: false }
      case 'stand-long':
        return { do: 'pass', ms: drawLongTime(random, this.#world.leases), moving: false }
      default:
        return this.#faults.choose(choice)
    }
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
}
