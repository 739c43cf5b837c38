/**
 * One random schedule over a world: mutators that pass references around, local collections, reports and verdicts at any
 * moment (also stale ones, and from two coordinators); the oracle looks after every step. The steps and their weights are
 * those of the specification's model, so that a rule that is switched off shows about as often as there.
 */
import { type NodeId, Random, type Rules } from '@holdfast/core'
import type { Handle } from '@holdfast/heap/object-heap'
import { Mutator } from './mutator.js'
import { checkNothingLeft, reachable } from './oracle.js'
import { Violation, World } from './world.js'
import { frozenTrace, type WorldNode } from './world-node.js'

const JUDGES = ['judge', 'jury']

/** What a run can be full of; each run draws some of it. */
export type Stress = 'rings' | 'gifts' | 'partial-reports' | 'late-stamps' | 'weak-holders'

export interface RunOptions {
  readonly seed: number
  readonly rules: Rules
  /** 2 to 4 nodes that hold objects. */
  readonly nodes: number
  readonly steps: number
  /** What this run is full of in any case. */
  readonly stress?: readonly Stress[]
  /** Frames are lost, repeated and reordered. */
  readonly lossy?: boolean
  /** At the end let go of most, and check that all garbage goes. */
  readonly ending?: boolean
}

/** Runs one schedule. @returns what was violated, or null */
export function randomRun(options: RunOptions): string | null {
  try {
    new RandomRun(options).run()
    return null
  } catch (error) {
    if (error instanceof Violation) return error.message
    if (error instanceof Error) error.message = `seed ${options.seed}: ${error.message}`
    throw error
  }
}

type Action = (node: WorldNode) => void

class RandomRun {
  readonly #options: RunOptions
  readonly #random: Random
  readonly #world: World
  readonly #names: string[]
  readonly #coordinators: string[]
  readonly #mutator: Mutator
  /** Nodes whose code has weak holders. */
  readonly #weakNodes: readonly string[]
  /** What this run stresses. */
  readonly #rings: boolean
  readonly #lateStamps: boolean
  /** Reports list only some of the suspects. */
  #partial: boolean

  constructor(options: RunOptions) {
    this.#options = options
    const random = new Random(Math.imul(options.seed, 2654435761) + 1)
    this.#random = random
    this.#names = ['alice', 'bob', 'carol', 'dave'].slice(0, options.nodes)
    const judges = random.chance(0.15) ? [] : JUDGES.slice(0, random.chance(0.25) ? 2 : 1)
    // Without a judge of its own, one of the nodes coordinates besides what else it does.
    this.#coordinators = judges.length > 0 ? judges : [random.pick(this.#names)]
    const stresses = (what: Stress, chance: number): boolean =>
      random.chance(chance) || options.stress?.includes(what) === true
    this.#rings = stresses('rings', 0.5)
    this.#partial = stresses('partial-reports', 0.3)
    this.#lateStamps = stresses('late-stamps', 0.3)
    const lists = () => !this.#partial || random.chance(0.7)
    this.#world = new World([...this.#names, ...judges], {
      rules: options.rules,
      collector: { lists },
      reliable: options.lossy !== true,
      reclaims: random.chance(0.5),
    })
    // Only told to, so that other runs stay what they were.
    const weakNodes = options.stress?.includes('weak-holders') === true ? random.pick([1, 4]) : 0
    this.#weakNodes = this.#names.slice(0, weakNodes)
    // While one node clears, another may revive what it clears: nothing keeps two from contradicting each other.
    this.#world.clearsExactly = weakNodes === 1
    this.#mutator = new Mutator(this.#world, random, { prefersGifts: stresses('gifts', 0.4) })
  }

  run(): void {
    this.#populate()
    if (this.#rings) this.#tieRings()
    const actions = this.#actions()
    const total = actions.reduce((sum, [weight]) => sum + weight, 0)
    for (let step = 0; step < this.#options.steps; step++) {
      let dice = this.#random.fraction() * total
      const chosen = actions.find(([weight]) => (dice -= weight) <= 0) ?? actions[0]
      chosen?.[1](this.#world.node(this.#random.pick(this.#names)))
      reachable(this.#world)
    }
    if (this.#options.ending === true) this.#end()
  }

  #populate(): void {
    for (const name of this.#names) {
      const node = this.#world.node(name)
      const root = node.create()
      const child = node.create()
      node.heap.addReference(root, child)
      node.letGo(child)
    }
    for (const from of this.#names) {
      const node = this.#world.node(from)
      for (const to of this.#names) if (from !== to && this.#random.chance(0.8)) this.#mutator.publish(node, to)
    }
    this.#world.settle()
  }

  /** Rings over the nodes that few roots keep alive, some from a node elsewhere and by way of a bystander. */
  #tieRings(): void {
    this.#names.forEach((name, place) => {
      const node = this.#world.node(name)
      const far = node.roots.filter((handle) => node.identities.has(handle))
      const own = node.roots[0]
      if (own === undefined || far.length === 0) return
      const neighbour = this.#names[(place + 1) % this.#names.length]
      const next = far.find((handle) => node.identityOf(handle).home === neighbour)
      node.heap.addReference(own, next !== undefined && this.#random.chance(0.7) ? next : this.#random.pick(far))
      if (!this.#random.chance(0.5)) return
      const bystander = node.create()
      node.heap.addReference(bystander, own)
      this.#world.send(name, { node: this.#random.pick(this.#others(name)) }, [bystander])
      node.letGo(bystander)
    })
    this.#world.settle()
    for (const name of this.#names) {
      const node = this.#world.node(name)
      if (!this.#random.chance(0.9) || node.roots.length === 0) continue
      // What came last is a bystander, if there is one: the best guard of a ring.
      const guard = this.#random.chance(0.5) ? node.roots.at(-1) : this.#random.pick(node.roots)
      const kept = this.#random.chance(0.5) ? node.roots.indexOf(guard as Handle) : -1
      for (const [index, root] of [...node.roots].entries()) if (index !== kept) node.letGo(root)
    }
  }

  #others(name: string): string[] {
    return this.#names.filter((other) => other !== name)
  }

  /** What may happen, with weights drawn anew for each run. */
  #actions(): [weight: number, action: Action][] {
    const random = this.#random
    const world = this.#world
    const mutator = this.#mutator
    const tracing = this.#rings ? 3 : 1
    const weakly = (action: Action): Action => {
      return () => action(world.node(random.pick(this.#weakNodes)))
    }
    const weakHolders: [number, Action][] = [
      [6, weakly((node) => mutator.holdWeakly(node))],
      [5, weakly((node) => mutator.deref(node))],
    ]
    const actions: [number, Action][] = [
      [this.#rings ? 12 : 28, (node) => mutator.send(node)],
      [2, (node) => mutator.publish(node, random.pick(this.#others(node.name)))],
      [30, () => this.#deliver((key) => !this.#isCoordinating(key))],
      [7, (node) => mutator.refer(node)],
      [3, (node) => mutator.unrefer(node)],
      [this.#rings ? 6 : 12, (node) => mutator.letGo(node, 3)],
      [2, (node) => mutator.create(node)],
      [2, () => world.advance(random.pick([20, 200]))],
      [6, (node) => world.collectLocally(node.name)],
      [8 * tracing, (node) => this.#report(node)],
      [4 * tracing, () => world.step(random.pick(this.#coordinators), { type: 'judge' })],
      [4 * tracing, () => this.#deliver((key) => this.#isCoordinating(key))],
      ...(this.#weakNodes.length > 0 ? weakHolders : []),
    ]
    const jitter = (weight: number): number => random.pick(weight < 4 ? [0, 0.5, 1, 3] : [0.3, 1, 1, 3])
    return actions.map(([weight, action]) => [weight * jitter(weight), action])
  }

  /** Whether a wire joins a node with a judge, so that it carries nothing but reports and verdicts. */
  #isCoordinating([from, to]: readonly [string, string]): boolean {
    return JUDGES.includes(from) || JUDGES.includes(to)
  }

  #deliver(among: (wire: [string, string]) => boolean): void {
    const busy = this.#world.busyWires().filter(among)
    if (busy.length === 0) return
    const [from, to] = this.#random.pick(busy)
    if (this.#options.lossy === true) this.#world.deliverBadly(from, to, this.#random)
    else this.#world.deliver(from, to)
  }

  #report(node: WorldNode): void {
    const coordinator = this.#random.pick(this.#coordinators)
    if (this.#lateStamps && this.#random.chance(0.5)) this.#reportLate(node, coordinator)
    else this.#world.report(node.name, coordinator)
    // Most reports reach the coordinator at once; the others wait until chance delivers them.
    if (!JUDGES.includes(coordinator) || !this.#random.chance(0.8)) return
    if (this.#world.isBusy(node.name, coordinator)) this.#world.deliver(node.name, coordinator)
  }

  /** Traces, goes on with its day and reports then, which only a missing rule allows. */
  #reportLate(node: WorldNode, coordinator: string): void {
    const ticket = node.collector.beginReport()
    const trace = frozenTrace(node)
    const weak = node.weakHolds()
    for (let left = 1 + this.#random.below(3); left > 0; left--) this.#deliver(([, to]) => to === node.name)
    try {
      this.#world.step(node.name, { type: 'report', to: coordinator as NodeId, ticket, trace, weak })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'void-ticket')) throw error
      this.#world.report(node.name, coordinator)
    }
  }

  #end(): void {
    const coordinator = this.#coordinators[0]
    this.#partial = false
    for (let round = 0; round < 12; round++) {
      this.#world.settle()
      for (const name of round < 3 ? this.#names : []) {
        const node = this.#world.node(name)
        this.#mutator.letGo(node, node.roots.length * 0.6)
      }
      this.#world.round(coordinator)
      reachable(this.#world)
    }
    checkNothingLeft(this.#world)
  }
}
