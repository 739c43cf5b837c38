/** What the session adds to the bytes of a message, in time and in bytes, and what a report weighs. */
import type { Case, Suite } from '../suite.js'

export interface Shape {
  readonly what: string
  readonly messageBytes: number
  /** Messages in a turn. */
  readonly perTurn: number
  /** Turns in a measured run: enough for the clock. */
  readonly turns: number
}

const SHAPES: readonly Shape[] = [
  { what: 'messages of 32 B, one a turn', messageBytes: 32, perTurn: 1, turns: 1000 },
  { what: 'messages of 32 B, 100 a turn', messageBytes: 32, perTurn: 100, turns: 20 },
  { what: 'messages of 1 MiB', messageBytes: 1 << 20, perTurn: 1, turns: 2 },
]
const REPORTED_EXPORTS = 50_000

export const framesSuite: Suite = {
  cases: ({ quick }) => [...SHAPES.map((shape) => messageCase(shape, quick)), reportCase(quick)],
}

function messageCase(shape: Shape, quick: boolean): Case {
  const timeMs = quick ? 50 : 300
  const load = () => import('./frame-variants.js')
  return {
    name: shape.what,
    rounds: quick ? 3 : 9,
    metrics: {
      message: { unit: 'ns', better: 'less', ratioTo: ['copy'] },
      overhead: { unit: 'B', better: 'less' },
      acknowledgements: { unit: 'B', better: 'less' },
    },
    variants: {
      copy: async () => (await load()).startCopy(shape, timeMs),
      holdfast: async () => (await load()).startChannel(shape, timeMs),
    },
  }
}

function reportCase(quick: boolean): Case {
  const timeMs = quick ? 50 : 300
  const load = () => import('./report-variants.js')
  return {
    name: 'a report of 50,000 exports',
    rounds: quick ? 3 : 9,
    metrics: {
      report: { unit: 'ms', better: 'less', ratioTo: ['copy'] },
      size: { unit: 'B/export', better: 'less' },
      'size of each reference': { unit: 'B', better: 'less' },
    },
    variants: {
      copy: async () => (await load()).startReport('copy', REPORTED_EXPORTS, timeMs),
      encode: async () => (await load()).startReport('encode', REPORTED_EXPORTS, timeMs),
      decode: async () => (await load()).startReport('decode', REPORTED_EXPORTS, timeMs),
    },
  }
}
