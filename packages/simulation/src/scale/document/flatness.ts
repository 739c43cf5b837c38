/** How flat the curves are that ought to be: what the last point costs in terms of the first. */
import { type Point, pointsOf } from '../scenarios/scenario.js'
import type { Cell, Table } from './table.js'

/** The most by which a flat curve may rise from end to end. */
const LIMIT = 1.1

interface Curve {
  readonly what: string
  /** What varies, from the least to the most. */
  readonly from: number
  readonly to: number
  readonly values: readonly number[]
}

export function flatnessTable(points: readonly Point[]): Table {
  const rows = curvesOf(points)
    .filter(({ values }) => values.length > 1)
    .map(({ what, from, to, values }): Cell[] => {
      const rise = Math.max(...values) / Math.min(...values)
      return [
        what,
        from,
        to,
        Math.min(...values),
        Math.max(...values),
        rise.toFixed(3),
        rise <= LIMIT ? 'flat' : 'bends',
      ]
    })
  return {
    title: 'What ought to be flat',
    columns: ['what', 'from', 'to', 'least', 'most', 'most ÷ least', `limit ${LIMIT}`],
    rows,
    notes: [],
  }
}

function curvesOf(points: readonly Point[]): Curve[] {
  const nodes = pointsOf(points, 'nodes')
  const live = pointsOf(points, 'live')
  const rings = pointsOf(points, 'rings')
  const pings = pointsOf(points, 'pings')
  const overNodes = { from: nodes.at(0)?.scenario.nodes ?? 0, to: nodes.at(-1)?.scenario.nodes ?? 0 }
  const overLive = { from: live.at(0)?.scenario.live ?? 0, to: live.at(-1)?.scenario.live ?? 0 }
  const hops = rings.map(({ scenario }) => scenario.hops)
  const overHops = { from: Math.min(...hops), to: Math.max(...hops) }
  const ofNode = (costOf: (point: (typeof nodes)[number]) => number): number[] =>
    nodes.map((point) => costOf(point) / point.scenario.nodes)
  return [
    { what: 'bytes a node, first round', ...overNodes, values: ofNode(({ result }) => result.first.bytes) },
    { what: 'bytes a node, idle round', ...overNodes, values: ofNode(({ result }) => result.idle.bytes) },
    {
      what: 'bytes a node until garbage is gone',
      ...overNodes,
      values: ofNode(({ result }) => result.collecting.bytes),
    },
    {
      what: 'messages a node until garbage is gone',
      ...overNodes,
      values: ofNode(({ result }) => result.collecting.messages),
    },
    {
      what: 'bytes until fixed garbage is gone, live grows',
      ...overLive,
      values: live.map(({ result }) => result.collecting.bytes),
    },
    {
      what: 'messages until fixed garbage is gone, live grows',
      ...overLive,
      values: live.map(({ result }) => result.collecting.messages),
    },
    { what: 'rounds until a ring is gone, hops grow', ...overHops, values: rings.map(({ result }) => result.rounds) },
    {
      what: 'bytes of pings a node and second',
      ...overNodes,
      values: pings.map(({ scenario, result }) => result.cost.bytes / scenario.nodes / result.seconds),
    },
  ]
}
