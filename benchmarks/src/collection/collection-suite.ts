/**
 * What it costs to collect cycles: a real program's heap, rings of any length, garbage beside more and more that is live, and calls of the
 * application meanwhile.
 */
import { flatness } from '../measure/flatness.js'
import type { Case, Measurement, Suite, Variant } from '../suite.js'
import type { ReplayRequest } from './run-replay.js'

const ALL_ROOTS = { cut: 'roots', count: 'all', settled: false } as const

const REPLAYS: readonly ReplayRequest[] = [
  { nodes: 4, ...ALL_ROOTS },
  { nodes: 8, ...ALL_ROOTS },
  { nodes: 4, cut: 'roots', count: 5_000, settled: true },
]
/** The other cuts, and two nodes: only in a full run. */
const MORE_REPLAYS: readonly ReplayRequest[] = [
  { nodes: 2, ...ALL_ROOTS },
  { nodes: 4, cut: 'nodes', count: 20_000, settled: false },
  { nodes: 4, cut: 'nodes', count: 2_000, settled: false },
  { nodes: 4, cut: 'edges', count: 10_000, settled: false },
  { nodes: 8, cut: 'roots', count: 5_000, settled: true },
]

const HOPS = [2, 10, 100, 1_000, 10_000, 100_000] as const
const QUICK_HOPS = [2, 100, 10_000, 100_000] as const

/** Objects of the live part beside the fixed garbage. */
const LIVE = [1_000, 10_000, 100_000] as const

export const collectionSuite: Suite = {
  cases: ({ quick }) => [
    ...[...REPLAYS, ...(quick ? [] : MORE_REPLAYS)].map((request) => replayCase(request, quick)),
    ringCase(2, quick),
    ...(quick ? [] : [ringCase(4, quick), ringCase(8, quick)]),
    LIVE_GROWS,
    callsCase(quick),
    PARTS,
  ],
  conclude: (measured) => [
    ...ringCases(measured).flatMap((name) =>
      flatness(measured, { case: name, metric: 'rounds', as: 'rounds, most ÷ least' }),
    ),
    ...(['messages', 'bytes'] as const).flatMap((metric) =>
      flatness(measured, { case: LIVE_GROWS.name, metric, as: `${metric}, most ÷ least` }),
    ),
  ],
}

const formatCount = (count: number | 'all'): string => (count === 'all' ? 'all' : count.toLocaleString('en-US'))

function replayCase(request: ReplayRequest, quick: boolean): Case {
  const ms = { unit: 'ms', better: 'less' } as const
  const bytes = { unit: 'B', better: 'less' } as const
  return {
    name: `real heap, ${request.nodes} nodes, ${formatCount(request.count)} ${request.cut}`,
    // Most of a run builds the heap.
    rounds: quick ? 1 + Number(request.nodes === 4 && request.count === 'all') : 5,
    warmups: 0,
    metrics: {
      collect: { ...ms, ratioTo: ['V8'] },
      wire: bytes,
      'peak RSS': bytes,
      messages: { unit: 'messages', better: 'less' },
      rounds: { unit: 'rounds', better: 'less' },
      garbage: { unit: 'objects', better: 'more' },
      load: ms,
      build: ms,
      verify: ms,
    },
    variants: { holdfast: () => startReplay(request), V8: startV8 },
  }
}

/** The command ends with an error unless exactly the right objects were freed. */
function startReplay(request: ReplayRequest): Variant {
  return {
    async round() {
      const { runReplay } = await import('./run-replay.js')
      const { timeMs, bytes, peakRssBytes, messages, rounds, garbage } = await runReplay(request)
      const { load, build, collect, verify } = timeMs
      return { collect, wire: bytes, 'peak RSS': peakRssBytes, messages, rounds, garbage, load, build, verify }
    },
  }
}

function startV8(): Variant {
  return {
    async round() {
      const { runV8FullGc } = await import('./run-replay.js')
      return { collect: await runV8FullGc() }
    },
  }
}

const RINGS = 'rings'

const ringCases = (measured: readonly Measurement[]): string[] => [
  ...new Set(measured.map((each) => each.case).filter((name) => name.startsWith(RINGS))),
]

/** Each round on workers of its own. A last round of tracing that frees nothing is not needed and not counted. */
function ringCase(nodes: number, quick: boolean): Case {
  const ms = { unit: 'ms', better: 'less' } as const
  return {
    name: nodes === 2 ? RINGS : `${RINGS} over ${nodes} nodes`,
    rounds: quick ? 1 : 5,
    warmups: 0,
    metrics: {
      collect: ms,
      'held round': ms,
      'collect ÷ held round': { unit: '×', better: 'less' },
      rounds: { unit: 'rounds', better: 'less' },
      messages: { unit: 'messages', better: 'less' },
      bytes: { unit: 'B/hop', better: 'less' },
    },
    variants: Object.fromEntries(
      (quick ? QUICK_HOPS : HOPS).map((hops) => [`${formatCount(hops)} hops`, () => startRing(hops, nodes)]),
    ),
  }
}

function startRing(hops: number, nodes: number): Variant {
  return {
    async round() {
      const { measureRing } = await import('./measure-ring.js')
      const { collectMs, heldRoundMs, rounds, messages, bytes } = await measureRing(hops, nodes)
      const times = { collect: collectMs, 'held round': heldRoundMs, 'collect ÷ held round': collectMs / heldRoundMs }
      return { ...times, rounds, messages, bytes: bytes / hops }
    },
  }
}

/** In the simulation's world, where messages and bytes are the same in every run: the collectors are those of real nodes. */
const LIVE_GROWS: Case = {
  name: 'fixed garbage, live × 100',
  rounds: 1,
  warmups: 0,
  metrics: {
    messages: { unit: 'messages', better: 'less' },
    bytes: { unit: 'B', better: 'less' },
    rounds: { unit: 'rounds', better: 'less' },
  },
  variants: Object.fromEntries(LIVE.map((live) => [`${formatCount(live)} live`, () => startLive(live)])),
}

function startLive(live: number): Variant {
  return {
    async round() {
      const { runScenario } = await import('@holdfast/simulation/scale')
      const { result } = runScenario({ curve: 'live', nodes: 20, live, rings: 100, hops: 10 })
      const { collecting, roundsToCollect } = result
      return { messages: collecting.messages, bytes: collecting.bytes, rounds: roundsToCollect }
    },
  }
}

function callsCase(quick: boolean): Case {
  const start = async (isCollecting: boolean): Promise<Variant> => {
    const { startCallsMeanwhile } = await import('./calls-meanwhile.js')
    return startCallsMeanwhile({ isCollecting, cycles: quick ? 5_000 : 20_000, timeMs: quick ? 1_500 : 3_000 })
  }
  const us = { unit: 'µs', better: 'less', ratioTo: ['without'] } as const
  const ms = { unit: 'ms', better: 'less' } as const
  return {
    name: 'calls during a collection',
    rounds: quick ? 3 : 9,
    metrics: {
      p50: us,
      p99: us,
      'p99, those in V8’s collections too': us,
      'longest slice': ms,
      'longest collection of V8': ms,
      round: ms,
    },
    variants: { without: () => start(false), during: () => start(true) },
  }
}

/** Where the time of a collection goes, by what the code belongs to: all nodes in one thread, so that one profile has it all. */
const PARTS: Case = {
  name: 'the time of a whole replay, 4 nodes in one thread',
  rounds: 1,
  warmups: 0,
  metrics: Object.fromEntries(
    ['trace', 'report', 'verdict', 'sweep', 'drops', 'frames', 'V8’s collector', 'all else'].map((part) => [
      part,
      { unit: '%', better: 'less' as const },
    ]),
  ),
  variants: {
    holdfast: async () => ({ round: (await import('./replay-profile.js')).profileReplay }),
  },
}
