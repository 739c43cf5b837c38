/** What goes wrong: one concrete fault of a kind, where chance says. */
import type { Random } from '@holdfast/core'
import type { Action, NodeName } from './action.js'
import type { FaultChoice } from './choices.js'
import { FORGERIES } from './forgery.js'
import { drawLongTime } from './long-time.js'
import type { SimulatedNode } from './simulated-node.js'
import type { Stage } from './stage.js'
import type { World } from './world.js'

/** Those that befall nodes and links, not frames or time. */
export type LoneFault = Exclude<FaultChoice, 'reorder' | 'duplicate' | 'lose' | 'stand-long' | 'pass-long'>

export class FaultChooser {
  readonly #stage: Stage
  readonly #world: World
  readonly #random: Random

  constructor(stage: Stage) {
    this.#stage = stage
    this.#world = stage.world
    this.#random = stage.random
  }

  /** A fault of a kind; null where that can't be. */
  choose(choice: LoneFault): Action | null {
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
      case 'go-down':
        return { do: 'go-down', at: random.pick(world.names) }
      case 'fail':
        return { do: 'fail', at: random.pick(world.names), in: random.pick(['commit', 'commit', 'sending'] as const) }
      case 'jump':
        return {
          do: 'jump',
          at: random.pick(world.names),
          ms: drawLongTime(random, world.leases) * random.pick([-1, 1]),
        }
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
}
