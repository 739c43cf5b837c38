/** Where a run takes place: the world, the chance that drives it, and the list of all that was done. */
import type { Random } from '@holdfast/core'
import type { Action, Label, NodeName } from './action.js'
import { type Coverage, noteFault, noteStruck } from './coverage.js'
import { perform } from './perform.js'
import { reachable } from './reach.js'
import type { SimulatedNode } from './simulated-node.js'
import { Held, type Reference, type Thing } from './thing.js'
import type { World } from './world.js'

export class Stage {
  readonly world: World
  readonly random: Random
  /** What was done, in order; doing the same in a world of the same options is the same run. */
  readonly actions: Action[] = []
  readonly coverage: Coverage = {}
  /** Looks at an action just before it happens. */
  onAction: ((action: Action) => void) | null = null
  /** Lets the rest of the world do something. */
  elsewhere: (() => void) | null = null
  #labels = 0

  constructor(world: World, random: Random) {
    this.world = world
    this.random = random
    world.onFault = (fault, struck) => noteStruck(this.coverage, world, { fault, struck })
  }

  /** Does something. @returns whether it made sense @throws Violation */
  do(action: Action): boolean {
    this.actions.push(action)
    this.onAction?.(action)
    noteFault(this.coverage, this.world, action)
    if (perform(this.world, action)) return true
    this.actions.pop()
    return false
  }

  /** A name for a new object. */
  label(): Label {
    return `o${++this.#labels}`
  }

  /** The names of the nodes that hold objects. */
  get names(): readonly NodeName[] {
    return this.world.options.nodes
  }

  other(name: NodeName): NodeName {
    return this.random.pick(this.names.filter((other) => other !== name))
  }

  /** A new object that the program of a node holds. */
  create(at: NodeName): Label {
    const as = this.label()
    this.do({ do: 'create', at, as })
    return as
  }

  /** Everything that is under way arrives. */
  settle(): void {
    this.do({ do: 'pass', ms: 0, moving: true })
  }

  node(name: NodeName): SimulatedNode {
    const node = this.world.find(name)
    if (node === null) throw new Error(`no node ${name}`)
    return node
  }

  /** What the program of a node can get at. */
  reachable(name: NodeName): { all: Reference[]; own: Thing[]; far: Held[] } {
    const all = reachable(this.node(name))
    const own: Thing[] = []
    const far: Held[] = []
    for (const reference of all) {
      if (reference instanceof Held) far.push(reference)
      else own.push(reference)
    }
    return { all, own, far }
  }
}
