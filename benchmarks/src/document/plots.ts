/** Which plots are drawn of a run. */
import type { Line, Plot } from '@holdfast/simulation/plot'
import type { Row } from '../results/row.js'

/** A curve over something that the variants' names begin with, as in `1,000 hops`. */
interface Curve {
  readonly suite: string
  readonly case: string
  readonly title: string
  readonly x: string
  readonly y: string
  readonly metrics: readonly string[]
}

const CURVES: Readonly<Record<string, Curve>> = {
  'ring-time': {
    suite: 'collection',
    case: 'rings',
    title: 'From the release of a ring over two nodes to its last sweep',
    x: 'hops',
    y: 'ms',
    metrics: ['collect', 'held round'],
  },
  'live-grows': {
    suite: 'collection',
    case: 'fixed garbage, live × 100',
    title: 'Fixed garbage beside more and more that is live',
    x: 'live objects',
    y: 'until the garbage is gone',
    metrics: ['bytes', 'messages'],
  },
  'more-nodes': {
    suite: 'scale',
    case: 'more nodes',
    title: 'Bytes of a node and round',
    x: 'nodes',
    y: 'bytes a node',
    metrics: ['bytes, first round', 'bytes, idle round', 'bytes until garbage is gone'],
  },
}

/** By the names of their files. A curve of a suite that did not run is left out. */
export function plotsOf(rows: readonly Row[]): Map<string, Plot> {
  const plots = new Map<string, Plot>()
  for (const [name, { title, x, y, metrics, ...place }] of Object.entries(CURVES)) {
    const ofCase = rows.filter((row) => row.suite === place.suite && row.case === place.case)
    const lines = metrics
      .map((metric): Line => ({ name: metric, points: pointsOf(ofCase.filter((row) => row.metric === metric)) }))
      .filter(({ points }) => points.length > 0)
    if (lines.length > 0) plots.set(name, { title, x, y, lines })
  }
  return plots
}

function pointsOf(rows: readonly Row[]): [number, number][] {
  return rows
    .map(({ variant, value }): [number, number] => [Number.parseFloat(variant.replaceAll(',', '')), value ?? NaN])
    .filter(([x, y]) => x > 0 && y > 0)
    .sort(([a], [b]) => a - b)
}
