/** What leases cost while nobody does anything: nodes that hold references of six peers each, and a coordinator that knows all. */
import { DEFAULT_LEASE } from '@holdfast/lease'
import { type Cost, measure } from '../measure.js'
import { checkStructures } from '../structures/check-structures.js'
import { neighbourhoods } from '../structures/rings.js'
import { ScaleWorld } from '../world/scale-world.js'

export interface PingParameters {
  /** At least 7. */
  readonly nodes: number
}

export interface PingResult {
  readonly termMs: number
  /** So many sessions each node has, with the coordinator's. */
  readonly sessionsPerNode: number
  readonly seconds: number
  readonly cost: Cost
}

/** Rings that begin at each node: ten objects of a node are held elsewhere for each. */
const RINGS = 2

/** Many terms, so that the beginning and the end don't count. */
const SECONDS = 600

export function runPings({ nodes }: PingParameters): PingResult {
  const world = new ScaleWorld({ members: nodes, lease: DEFAULT_LEASE })
  world.linkCoordinator()
  world.settle()
  const live = neighbourhoods(world, RINGS)
  const cost = measure(world, () => world.run(SECONDS * 1000))
  checkStructures(world, [live])
  const sessions = world.members[0].collector.sessions().length
  return { termMs: DEFAULT_LEASE.term, sessionsPerNode: sessions, seconds: SECONDS, cost }
}
