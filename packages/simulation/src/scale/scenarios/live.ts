/** A fixed garbage beside a large idle live structure: what it costs until it is gone, however large the live part is. */
import { collectGarbage } from '../collect-garbage.js'
import { type Cost, measure } from '../measure.js'
import { checkStructures } from '../structures/check-structures.js'
import { idleTree } from '../structures/idle-tree.js'
import { manyRings } from '../structures/rings.js'
import { ScaleWorld } from '../world/scale-world.js'

export interface LiveParameters {
  readonly nodes: number
  /** Objects of the live structure, all of them suspects, held from one far root. */
  readonly live: number
  /** Rings that become garbage, each of so many hops. */
  readonly rings: number
  readonly hops: number
}

export interface LiveResult {
  /** The first round: whole reports. */
  readonly first: Cost
  /** The third round: nothing has changed. */
  readonly idle: Cost
  /** From the moment that the garbage is cut off until it is gone. */
  readonly collecting: Cost
  readonly roundsToCollect: number
}

export function runLive({ nodes, live, rings, hops }: LiveParameters): LiveResult {
  const world = new ScaleWorld({ members: nodes })
  world.linkCoordinator()
  world.settle()
  const tree = idleTree(world, live)
  const garbage = manyRings(world, { rings, hops })
  const all = [tree, garbage]
  const first = measure(world, () => world.round())
  measure(world, () => world.round())
  const idle = measure(world, () => world.round())
  checkStructures(world, all)
  const { rounds, cost: collecting } = collectGarbage(world, garbage, all)
  checkStructures(world, all)
  return { first, idle, collecting, roundsToCollect: rounds }
}
