/** What programs do: one concrete action of a kind, at a node of chance's choosing. */
import type { Random } from '@holdfast/core'
import type { Action, Label, NodeName } from './action.js'
import type { Stage } from './stage.js'
import { thingOf } from './thing.js'
import type { World } from './world.js'

/** How many objects a node's program makes before it stops. */
const MAX_OBJECTS = 8

export type ProgramChoice = 'send' | 'publish' | 'refer' | 'unrefer' | 'let-go' | 'create'

export class ProgramChooser {
  readonly #stage: Stage
  readonly #world: World
  readonly #random: Random
  readonly #gifts: boolean

  /** @param gifts whether messages carry what is a third node's, where they can */
  constructor(stage: Stage, gifts: boolean) {
    this.#stage = stage
    this.#world = stage.world
    this.#random = stage.random
    this.#gifts = gifts
  }

  /** What the program of some node does; null where that can't be. */
  choose(choice: ProgramChoice): Action | null {
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
        this.#gifts && random.chance(0.6) ? far.filter(({ thing }) => thing.home !== target.thing.home) : []
      references.push(thingOf(thirds.length > 0 ? random.pick(thirds) : random.pick(all)).label)
    }
    return { do: 'send', from, to: target.thing.label, references }
  }

  /** The answer to some call, with what the program can get at. */
  answer(): Action | null {
    const random = this.#random
    const owing = this.#world.lives.filter((node) => node.isActive && node.desk.owed.length > 0)
    if (owing.length === 0) return null
    const { name, desk } = random.pick(owing)
    const { all } = this.#stage.reachable(name)
    const references: Label[] = []
    for (let left = random.pick([0, 1, 1, 2]); left > 0 && all.length > 0; left--) {
      references.push(thingOf(random.pick(all)).label)
    }
    return { do: 'answer', from: name, to: random.pick(desk.owed).from.name, references }
  }
}
