/** Which plots are drawn of a run. */
import { type Point, type PointOf, pointsOf } from '../scenarios/scenario.js'
import type { Line, Plot } from './plot.js'

/** The plots of a run by their file names, without extension. */
export function plotsOf(points: readonly Point[]): ReadonlyMap<string, Plot> {
  const nodes = pointsOf(points, 'nodes')
  const hub = pointsOf(points, 'hub')
  return new Map<string, Plot>([
    ['node-bytes', nodeBytes(nodes)],
    ['coordinator-time', coordinatorTime(nodes, pointsOf(points, 'suspects'))],
    ['coordinator-memory', coordinatorMemory(nodes)],
    ['live', live(pointsOf(points, 'live'))],
    ['ring-rounds', ringLines(pointsOf(points, 'rings'), 'Rounds until a ring is gone', 'rounds')],
    ['ring-bytes', ringLines(pointsOf(points, 'rings'), 'Bytes until a ring is gone', 'bytes')],
    ['pings', pings(pointsOf(points, 'pings'))],
    ['hub', hubPlot(hub)],
  ])
}

/** A line through one value of each point. */
function lineOf<P extends Point>(
  name: string,
  points: readonly P[],
  at: (point: P) => readonly [number, number],
): Line {
  return { name, points: points.map(at).filter(([, y]) => y > 0) }
}

function nodeBytes(points: readonly PointOf<'nodes'>[]): Plot {
  return {
    title: 'Bytes of a node and round, 100 suspects on each',
    x: 'nodes',
    y: 'bytes a node',
    lines: [
      lineOf('first round', points, ({ scenario: { nodes }, result }) => [nodes, result.first.bytes / nodes]),
      lineOf('until garbage is gone', points, ({ scenario: { nodes }, result }) => [
        nodes,
        result.collecting.bytes / nodes,
      ]),
      lineOf('the round after', points, ({ scenario: { nodes }, result }) => [nodes, result.after.bytes / nodes]),
      lineOf('idle round', points, ({ scenario: { nodes }, result }) => [nodes, result.idle.bytes / nodes]),
    ],
  }
}

function coordinatorTime(nodes: readonly PointOf<'nodes'>[], suspects: readonly PointOf<'suspects'>[]): Plot {
  const all = (point: PointOf<'nodes'> | PointOf<'suspects'>): number => point.scenario.nodes * point.scenario.suspects
  return {
    title: "The coordinator's time for a round",
    x: 'suspects of all nodes',
    y: 'ms of processor time',
    lines: [
      lineOf('first, 100 a node', nodes, (point) => [all(point), point.result.first.coordinatorMs]),
      lineOf('idle, 100 a node', nodes, (point) => [all(point), point.result.idle.coordinatorMs]),
      lineOf('judging, 100 a node', nodes, (point) => [all(point), point.result.first.judgingMs]),
      lineOf('first, 100 nodes', suspects, (point) => [all(point), point.result.first.coordinatorMs]),
      lineOf('idle, 100 nodes', suspects, (point) => [all(point), point.result.idle.coordinatorMs]),
    ],
  }
}

function coordinatorMemory(points: readonly PointOf<'nodes'>[]): Plot {
  return {
    title: 'Memory between rounds, 100 suspects on each node',
    x: 'nodes',
    y: 'KiB',
    lines: [
      lineOf('coordinator', points, ({ scenario, result }) => [scenario.nodes, (result.coordinatorMemory ?? 0) / 1024]),
      lineOf('a member', points, ({ scenario, result }) => [scenario.nodes, (result.memberMemory ?? 0) / 1024]),
    ],
  }
}

function live(points: readonly PointOf<'live'>[]): Plot {
  return {
    title: 'Fixed garbage beside more and more that is live',
    x: 'live objects, all suspects',
    y: 'bytes of all nodes',
    lines: [
      lineOf('first round', points, ({ scenario, result }) => [scenario.live, result.first.bytes]),
      lineOf('until garbage is gone', points, ({ scenario, result }) => [scenario.live, result.collecting.bytes]),
      lineOf('idle round', points, ({ scenario, result }) => [scenario.live, result.idle.bytes]),
    ],
  }
}

function ringLines(points: readonly PointOf<'rings'>[], title: string, what: 'rounds' | 'bytes'): Plot {
  const valueOf = ({ result }: PointOf<'rings'>): number => (what === 'rounds' ? result.rounds : result.cost.bytes)
  const counts = [2, 10, 100]
  const few = counts.map((count) => {
    const over = points.filter(({ scenario }) => scenario.nodes === count)
    return lineOf(`over ${count} nodes`, over, (point) => [point.scenario.hops, valueOf(point)])
  })
  const spread = points.filter(({ scenario }) => scenario.nodes === scenario.hops)
  const each = lineOf(
    'an object a node',
    spread.toSorted((a, b) => a.scenario.hops - b.scenario.hops),
    (point) => [point.scenario.hops, valueOf(point)],
  )
  return { title, x: 'hops', y: what, lines: [...few, each].filter((line) => line.points.length > 0) }
}

function pings(points: readonly PointOf<'pings'>[]): Plot {
  return {
    title: 'Leases while nobody does anything: a term of 30 s',
    x: 'nodes',
    y: 'bytes a second',
    lines: [
      lineOf('a node', points, ({ scenario: { nodes }, result }) => [
        nodes,
        result.cost.bytes / nodes / result.seconds,
      ]),
      lineOf('the coordinator', points, ({ scenario, result }) => [
        scenario.nodes,
        result.cost.coordinatorBytes / result.seconds,
      ]),
    ],
  }
}

function hubPlot(points: readonly PointOf<'hub'>[]): Plot {
  return {
    title: 'One hub with an object for each holder',
    x: 'holders',
    y: 'ms of processor time',
    lines: [
      lineOf('judging an idle round', points, ({ scenario, result }) => [scenario.holders, result.idle.judgingMs]),
      lineOf("the hub's longest turn", points, ({ scenario, result }) => [scenario.holders, result.longestTurnMs]),
    ],
  }
}
