/** What the scale mode found, curve by curve. */
import { type CurveName, type Point, type PointOf, pointsOf } from '../scenarios/scenario.js'
import type { Table } from './table.js'

const MIB = 2 ** 20

/** The tables of a run by their curves, without those that have no points. */
export function tablesOf(points: readonly Point[]): ReadonlyMap<CurveName, Table> {
  const tables: [CurveName, Table][] = [
    ['nodes', nodesTable('More nodes, the same suspects on each', pointsOf(points, 'nodes'))],
    ['suspects', nodesTable('More suspects on each of the same nodes', pointsOf(points, 'suspects'))],
    ['live', liveTable(pointsOf(points, 'live'))],
    ['rings', ringsTable(pointsOf(points, 'rings'))],
    ['pings', pingsTable(pointsOf(points, 'pings'))],
    ['hub', hubTable(pointsOf(points, 'hub'))],
  ]
  return new Map(tables.filter(([, { rows }]) => rows.length > 0))
}

function nodesTable(title: string, points: readonly (PointOf<'nodes'> | PointOf<'suspects'>)[]): Table {
  const memory = (bytes: number | null, unit: number): number | null => (bytes === null ? null : bytes / unit)
  return {
    title,
    columns: [
      'nodes',
      'suspects/node',
      'first B/node',
      'idle B/node',
      'collect B/node',
      'collect msgs/node',
      'after B/node',
      'rounds',
      'first ms',
      'idle ms',
      'collect ms',
      'judging ms',
      'coordinator MiB',
      'member KiB',
    ],
    rows: points.map(({ scenario: { nodes, suspects }, result }) => [
      nodes,
      suspects,
      result.first.bytes / nodes,
      result.idle.bytes / nodes,
      result.collecting.bytes / nodes,
      result.collecting.messages / nodes,
      result.after.bytes / nodes,
      result.roundsToCollect,
      result.first.coordinatorMs,
      result.idle.coordinatorMs,
      result.collecting.coordinatorMs,
      result.first.judgingMs,
      memory(result.coordinatorMemory, MIB),
      memory(result.memberMemory, 1024),
    ]),
    notes: [
      'first: whole reports; idle: a later round in which nothing has changed; collect: half as many objects again become garbage that no round has seen, counted from the cut, with local drops, until they are gone; after: the next round, whose reports say what is gone',
      'B and msgs: all bytes of all frames, and all messages, in both directions; first and idle take 2 messages a node',
      "ms: processor time of the coordinator's turns, V8's helpers included; judging: the part of the first round in which it judged. They vary from run to run, bytes and messages do not",
      'MiB, KiB: held between rounds by the coordinator, and by a member on average, sessions included',
    ],
  }
}

function liveTable(points: readonly PointOf<'live'>[]): Table {
  return {
    title: 'Fixed garbage beside more and more that is live',
    columns: ['live', 'garbage', 'nodes', 'first B', 'idle B', 'collect B', 'collect msgs', 'rounds', 'collect ms'],
    rows: points.map(({ scenario: { live, rings, hops, nodes }, result }) => [
      live,
      rings * hops,
      nodes,
      result.first.bytes,
      result.idle.bytes,
      result.collecting.bytes,
      result.collecting.messages,
      result.roundsToCollect,
      result.collecting.coordinatorMs,
    ]),
    notes: [
      'live: one cyclic structure over all nodes, held from one far root: every object of it is a suspect',
      'first, idle: all bytes of such a round; collect: everything from the cut until the garbage is gone, an idle part included',
    ],
  }
}

function ringsTable(points: readonly PointOf<'rings'>[]): Table {
  return {
    title: 'One ring of so many hops',
    columns: ['nodes', 'hops', 'rounds', 'bytes', 'B/hop', 'B/node', 'messages', 'virtual ms', 'coordinator ms'],
    rows: points.map(({ scenario: { nodes, hops }, result: { rounds, cost } }) => [
      nodes,
      hops,
      rounds,
      cost.bytes,
      cost.bytes / hops,
      cost.bytes / nodes,
      cost.messages,
      cost.virtualMs,
      cost.coordinatorMs,
    ]),
    notes: [
      'all of it from the cut on; virtual ms: until nothing was under way, a frame taking 1 ms and an acknowledgement 20',
    ],
  }
}

function pingsTable(points: readonly PointOf<'pings'>[]): Table {
  return {
    title: 'Leases while nobody does anything',
    columns: ['nodes', 'sessions/node', 'term s', 'B/node/s', 'msgs/node/s', 'frames/node/s', 'coordinator B/s'],
    rows: points.map(({ scenario: { nodes }, result: { termMs, sessionsPerNode, seconds, cost } }) => [
      nodes,
      sessionsPerNode,
      termMs / 1000,
      cost.bytes / nodes / seconds,
      cost.messages / nodes / seconds,
      cost.frames / nodes / seconds,
      cost.coordinatorBytes / seconds,
    ]),
    notes: ['sent by all nodes, the coordinator included, over ten minutes; coordinator: what it sends itself'],
  }
}

function hubTable(points: readonly PointOf<'hub'>[]): Table {
  return {
    title: 'One hub with an object for each of so many holders',
    columns: [
      'holders',
      'first B/holder',
      'idle B/holder',
      'collect B/holder',
      'rounds',
      'judging ms',
      "hub's longest turn ms",
    ],
    rows: points.map(({ scenario: { holders }, result }) => [
      holders,
      result.first.bytes / holders,
      result.idle.bytes / holders,
      result.collecting.bytes / holders,
      result.roundsToCollect,
      result.idle.judgingMs,
      result.longestTurnMs,
    ]),
    notes: [
      'judging: in an idle round. The hub has as many peers in its report as holders, and names each in every report',
    ],
  }
}
