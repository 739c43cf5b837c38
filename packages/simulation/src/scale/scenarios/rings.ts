/** One ring of so many hops over so many nodes: rounds and traffic until it is gone. */
import { collectGarbage } from '../collect-garbage.js'
import type { Cost } from '../measure.js'
import { checkStructures } from '../structures/check-structures.js'
import { longRing } from '../structures/rings.js'
import { ScaleWorld } from '../world/scale-world.js'

export interface RingParameters {
  readonly nodes: number
  readonly hops: number
}

export interface RingResult {
  readonly rounds: number
  readonly cost: Cost
}

export function runRing({ nodes, hops }: RingParameters): RingResult {
  const world = new ScaleWorld({ members: nodes })
  world.linkCoordinator()
  world.settle()
  const ring = longRing(world, hops)
  checkStructures(world, [ring])
  const { rounds, cost } = collectGarbage(world, ring, [ring])
  checkStructures(world, [ring])
  return { rounds, cost }
}
