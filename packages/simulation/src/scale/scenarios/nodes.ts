/**
 * So many nodes with the same number of suspects each: what a round costs the first time, when nothing has changed, when there is
 * garbage, and after that. All suspects are live but for the garbage that comes later.
 */
import { UsageError } from '@holdfast/core'
import { collectGarbage } from '../collect-garbage.js'
import { type Cost, measure } from '../measure.js'
import { memoryOf } from '../memory.js'
import { checkStructures } from '../structures/check-structures.js'
import { MIN_NEIGHBOURS, neighbourhoods, OBJECTS_PER_RING } from '../structures/rings.js'
import { ScaleWorld } from '../world/scale-world.js'

export interface NodesParameters {
  /** At least 7. */
  readonly nodes: number
  /** Live suspects of each node: a multiple of 5. Half as many, rounded down to a multiple of 5, become garbage later. */
  readonly suspects: number
}

export interface NodesResult {
  /** The first round: whole reports. */
  readonly first: Cost
  /** A later one, nothing has changed. */
  readonly idle: Cost
  /** From the moment that garbage is cut off that no round has seen until it is gone. */
  readonly collecting: Cost
  readonly roundsToCollect: number
  /** The round after that: the reports say what is gone. */
  readonly after: Cost
  /** Objects of garbage on each node, its anchors included. */
  readonly garbagePerNode: number
  /** What is held between rounds, in bytes: by the coordinator, and by a member on average. Null where nobody can tell. */
  readonly coordinatorMemory: number | null
  readonly memberMemory: number | null
}

/** @throws UsageError `too-few-nodes`; Violation when anything is lost, or left */
export function runNodes({ nodes, suspects }: NodesParameters): NodesResult {
  if (nodes < MIN_NEIGHBOURS)
    throw new UsageError('too-few-nodes', 'a neighbourhood takes more nodes', { nodes, least: MIN_NEIGHBOURS })
  const empty = memoryOf()
  const world = new ScaleWorld({ members: nodes })
  world.linkCoordinator()
  world.settle()
  const live = neighbourhoods(world, suspects / OBJECTS_PER_RING)
  const first = measure(world, () => world.round())
  const idle = measure(world, () => world.round())
  checkStructures(world, [live])
  const rings = Math.floor(suspects / 2 / OBJECTS_PER_RING)
  const garbage = neighbourhoods(world, rings)
  const all = [live, garbage]
  checkStructures(world, all)
  const { rounds, cost: collecting } = collectGarbage(world, garbage, all)
  checkStructures(world, all)
  const after = measure(world, () => world.round())
  checkStructures(world, all)
  const costs = { first, idle, collecting, roundsToCollect: rounds, after }
  return { ...costs, garbagePerNode: rings * (OBJECTS_PER_RING + 1), ...weigh(world, empty) }
}

/** Ends the world's life. */
function weigh(world: ScaleWorld, empty: number | null): Pick<NodesResult, 'coordinatorMemory' | 'memberMemory'> {
  const whole = memoryOf()
  world.letGoOfCoordinator()
  const rest = memoryOf()
  if (empty === null || whole === null || rest === null) return { coordinatorMemory: null, memberMemory: null }
  return { coordinatorMemory: whole - rest, memberMemory: (rest - empty) / world.members.length }
}
