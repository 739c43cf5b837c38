/**
 * One node whose objects are each held by a node of its own, as those of a publisher by its subscribers: what does not lie in the
 * number of suspects but in how they are spread.
 */
import { collectGarbage } from '../collect-garbage.js'
import { type Cost, measure } from '../measure.js'
import { checkStructures } from '../structures/check-structures.js'
import { Structure } from '../structures/structure.js'
import { ScaleWorld } from '../world/scale-world.js'

export interface HubParameters {
  /** How many nodes hold an object of the hub. */
  readonly holders: number
}

export interface HubResult {
  readonly first: Cost
  readonly idle: Cost
  readonly collecting: Cost
  readonly roundsToCollect: number
  /** The hub's longest turn, in ms of processor time. */
  readonly longestTurnMs: number
}

export function runHub({ holders }: HubParameters): HubResult {
  const world = new ScaleWorld({ members: holders + 1 })
  world.linkCoordinator()
  world.settle()
  const [hub, ...others] = world.members
  const structure = new Structure(world)
  for (const [place, other] of others.entries()) {
    const here = structure.create(hub)
    const there = structure.create(other)
    structure.refer(here, there)
    structure.refer(there, here)
    structure.anchor(others[(place + 1) % holders], there)
  }
  structure.establish()
  const first = measure(world, () => world.round())
  const idle = measure(world, () => world.round())
  checkStructures(world, [structure])
  const { rounds, cost: collecting } = collectGarbage(world, structure, [structure])
  checkStructures(world, [structure])
  return { first, idle, collecting, roundsToCollect: rounds, longestTurnMs: hub.longestTurnMs }
}
