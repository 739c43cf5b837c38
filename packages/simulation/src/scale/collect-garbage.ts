/** Cuts a structure off and holds rounds until it is gone. */
import { Violation } from '../violation.js'
import { type Cost, measure, sum } from './measure.js'
import { garbageLeft } from './structures/check-structures.js'
import type { Structure } from './structures/structure.js'
import type { ScaleWorld } from './world/scale-world.js'

/** Whoever needs more has a leak. */
const MAX_ROUNDS = 5

export interface Collection {
  readonly rounds: number
  /** From the moment when the anchors are let go of: the local collections and drops that follow, and all rounds. */
  readonly cost: Cost
  /** Of the rounds alone, in order. */
  readonly roundCosts: readonly Cost[]
}

/** @throws Violation when it does not go away */
export function collectGarbage(world: ScaleWorld, garbage: Structure, all: readonly Structure[]): Collection {
  let cost = measure(world, () => {
    garbage.letGo()
    for (const node of world.members) world.collect(node)
  })
  const roundCosts: Cost[] = []
  while (garbageLeft(world, all) > 0) {
    if (roundCosts.length === MAX_ROUNDS) throw new Violation('scale', `garbage after ${MAX_ROUNDS} rounds`)
    const round = measure(world, () => world.round())
    roundCosts.push(round)
    cost = sum(cost, round)
  }
  return { rounds: roundCosts.length, cost, roundCosts }
}
