/** Calls of one system as a variant: over the link, and chains over the one with a delay. */
import type { Sample, Variant } from '../suite.js'
import { CallBench } from './call-bench.js'
import type { CallSystemName } from './call-system.js'
import { CHAIN_LENGTHS, chainMetric, type SliceRequest } from './slice.js'

const US_PER_S = 1e6
const US_PER_MS = 1e3

interface CallOptions {
  /** Measured in each round. */
  readonly request: Exclude<SliceRequest, { kind: 'chain' }>
  /** Until then the compiler is busy, with some systems longer than with others. */
  readonly warmUpMs: number
}

export async function startCalls(system: CallSystemName, { request, warmUpMs }: CallOptions): Promise<Variant> {
  const bench = await CallBench.start(system)
  await bench.measure({ ...request, ms: warmUpMs })
  return {
    round: async () => {
      const { each, p50, p99 } = await bench.measure(request)
      return { calls: US_PER_S / each, p50, p99 }
    },
    close: () => bench.stop(),
  }
}

/** A round is one chain of each length. */
export async function startChains(system: CallSystemName): Promise<Variant> {
  const bench = await CallBench.start(system)
  return {
    round: async (): Promise<Sample> => {
      const ms: [string, number][] = []
      for (const length of CHAIN_LENGTHS) {
        const { each } = await bench.measure({ kind: 'chain', length, times: 1 })
        ms.push([chainMetric(length), each / US_PER_MS])
      }
      return Object.fromEntries(ms)
    },
    close: () => bench.stop(),
  }
}
