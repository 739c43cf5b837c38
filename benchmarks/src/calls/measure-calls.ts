/**
 * Calls of every system beside raw messages. The systems take turns, each right after a slice of raw messages: the machine's
 * wake-up latency moves many times over from second to second, so only the ratio of such a pair says anything.
 */
import { median } from '../measure/statistics.js'
import { CallProcess } from './call-process.js'
import { CALL_SYSTEMS, type CallSystemName } from './call-system.js'
import { type MedianInterval, medianInterval } from './median-interval.js'
import type { Slice, SliceRequest } from './slice.js'

export interface CallEffort {
  /** Pairs of slices for each system and way of calling. */
  readonly pairs: number
  /** Of a slice. */
  readonly ms: number
  readonly chains: number
  /** Before the first slice that counts, for each system and way: until then the compiler is busy, with some longer than with others. */
  readonly warmUpMs: number
  /** Left out: none but Holdfast and what it is measured by. */
  readonly systems?: readonly CallSystemName[]
}

/** One system, called in one way. */
export interface CallMeasurement {
  readonly system: CallSystemName
  readonly way: 'sequential' | 'in-flight'
  /** Calls a second through those of raw messages, pair by pair. */
  readonly ratio: MedianInterval
  /** Medians over the slices, in µs. In flight: from the first call of a batch to an answer. */
  readonly each: number
  readonly p50: number
  readonly p99: number
}

/** Chains of 1, 2, … calls over a link with a delay. */
export interface ChainMeasurement {
  readonly system: CallSystemName
  /** Median, by length, in ms. */
  readonly ms: readonly number[]
}

export interface CallMeasurements {
  readonly calls: readonly CallMeasurement[]
  readonly chains: readonly ChainMeasurement[]
}

export const IN_FLIGHT = 1000
export const CHAIN_LENGTHS = [1, 2, 3, 4, 5]

export async function measureCalls(effort: CallEffort, progress: (line: string) => void): Promise<CallMeasurements> {
  const names = effort.systems ?? CALL_SYSTEMS
  const raw = await CallProcess.start('raw')
  const others: CallProcess[] = []
  try {
    for (const name of names) others.push(await CallProcess.start(name))
    const calls: CallMeasurement[] = []
    for (const request of [sequentialFor(effort.ms), inFlightFor(effort.ms)]) {
      progress(request.kind === 'sequential' ? 'one call after another' : `${IN_FLIGHT} in flight`)
      calls.push(...(await measurePairs(raw, others, { ...effort, request })))
    }
    const chains: ChainMeasurement[] = []
    for (const other of others) {
      progress(`chains: ${other.name}`)
      chains.push(await measureChains(other, effort.chains))
    }
    return { calls, chains }
  } finally {
    await Promise.all([raw, ...others].map((started) => started.stop()))
  }
}

const sequentialFor = (ms: number) => ({ kind: 'sequential', ms }) as const
const inFlightFor = (ms: number) => ({ kind: 'in-flight', width: IN_FLIGHT, ms }) as const

type Pairs = Pick<CallEffort, 'pairs' | 'warmUpMs'> & {
  readonly request: Extract<SliceRequest, { kind: CallMeasurement['way'] }>
}

async function measurePairs(
  raw: CallProcess,
  others: readonly CallProcess[],
  { request, pairs, warmUpMs }: Pairs,
): Promise<CallMeasurement[]> {
  const taken = others.map((): { slice: Slice; ratio: number }[] => [])
  for (const started of [raw, ...others]) await started.measure({ ...request, ms: warmUpMs })
  for (let round = 0; round < pairs; round++) {
    for (const [index, other] of others.entries()) {
      // Who goes first changes, so that a machine that slows down slows both.
      const first = round % 2 === 0 ? await raw.measure(request) : null
      const slice = await other.measure(request)
      const limit = first ?? (await raw.measure(request))
      taken[index].push({ slice, ratio: limit.each / slice.each })
    }
  }
  return others.map(({ name }, index) => {
    const slices = taken[index].map(({ slice }) => slice)
    const middle = (of: keyof Slice): number => median(slices.map((slice) => slice[of]))
    const ratio = medianInterval(taken[index].map((pair) => pair.ratio))
    return { system: name, way: request.kind, ratio, each: middle('each'), p50: middle('p50'), p99: middle('p99') }
  })
}

async function measureChains(system: CallProcess, times: number): Promise<ChainMeasurement> {
  const ms: number[] = []
  for (const length of CHAIN_LENGTHS) ms.push((await system.measure({ kind: 'chain', length, times })).p50 / 1000)
  return { system: system.name, ms }
}
