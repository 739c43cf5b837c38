/** Which scenarios are run. */
import type { RingParameters } from './rings.js'
import type { Scenario } from './scenario.js'

export interface PlanOptions {
  /** Small worlds only: half a minute. */
  readonly quick: boolean
  /** The numbers of nodes of the curves over nodes, in place of the usual ones. */
  readonly nodes?: readonly number[] | undefined
}

/** Live suspects of each node of the curves over nodes. */
const SUSPECTS = 100

const FULL = {
  nodes: [10, 100, 1000, 10_000],
  suspects: [10, 100, 1000, 10_000],
  live: [1000, 10_000, 100_000],
  hops: [2, 10, 100, 1000, 10_000, 100_000],
  ringNodes: [2, 10, 100],
  holders: [10, 100, 1000, 10_000],
}

const QUICK = {
  nodes: [10, 100],
  suspects: [10],
  live: [1000, 10_000],
  hops: [2, 100, 10_000],
  ringNodes: [10],
  holders: [10, 100],
}

/** The most nodes of a ring with one object on each, when there is little time. */
const QUICK_SPREAD = 100

export function planOf({ quick, nodes }: PlanOptions): Scenario[] {
  const sizes = quick ? QUICK : FULL
  const counts = nodes ?? sizes.nodes
  return [
    ...counts.map((count) => ({ curve: 'nodes' as const, nodes: count, suspects: SUSPECTS })),
    ...sizes.suspects.map((suspects) => ({ curve: 'suspects' as const, nodes: 100, suspects })),
    ...sizes.live.map((live) => ({ curve: 'live' as const, nodes: 20, live, rings: 100, hops: 10 })),
    ...ringsOf(sizes, quick).map((ring) => ({ curve: 'rings' as const, ...ring })),
    ...counts.map((count) => ({ curve: 'pings' as const, nodes: count })),
    ...sizes.holders.map((holders) => ({ curve: 'hub' as const, holders })),
  ]
}

/** Each length over a few nodes, and with one object on each of as many nodes. */
function ringsOf({ ringNodes, hops }: typeof FULL, quick: boolean): RingParameters[] {
  const over = ringNodes.flatMap((nodes) => hops.map((count) => ({ nodes, hops: count })))
  const spread = hops.filter((count) => !quick || count <= QUICK_SPREAD).map((count) => ({ nodes: count, hops: count }))
  const isNew = ({ nodes, hops: count }: RingParameters): boolean =>
    !over.some((other) => other.nodes === nodes && other.hops === count)
  return [...over, ...spread.filter(isNew)]
}
