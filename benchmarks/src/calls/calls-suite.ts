/** Remote calls between the main thread and a worker, beside raw messages and other libraries. */
import type { Case, Suite } from '../suite.js'
import { CALL_SYSTEMS } from './call-system.js'
import { CHAIN_DELAY_MS, CHAIN_LENGTHS, chainMetric, type SliceRequest } from './slice.js'

const IN_FLIGHT = 1_000

export const callsSuite: Suite = {
  cases: ({ quick }) => {
    const ms = quick ? 40 : 100
    return [
      calls('sequential', { kind: 'sequential', ms }, quick),
      calls('1,000 in flight', { kind: 'in-flight', width: IN_FLIGHT, ms }, quick),
      chains(quick),
    ]
  },
}

/** Beside raw messages, pair by pair: the time that it takes to wake a thread changes many times over from second to second. */
function calls(name: string, request: Exclude<SliceRequest, { kind: 'chain' }>, quick: boolean): Case {
  const options = { request, warmUpMs: quick ? 1_500 : 5_000 }
  // In flight: from the first call of a thousand to an answer.
  const latency = { unit: 'µs', better: 'less', ratioTo: ['raw'] } as const
  return {
    name,
    rounds: quick ? 31 : 51,
    beside: 'raw',
    metrics: { calls: { unit: 'calls/s', better: 'more', ratioTo: ['raw'] }, p50: latency, p99: latency },
    variants: Object.fromEntries(
      CALL_SYSTEMS.map((system) => [
        system,
        async () => (await import('./call-variants.js')).startCalls(system, options),
      ]),
    ),
  }
}

/** Each call is one on what the call before came to; without pipelining it waits for a way there and back. */
function chains(quick: boolean): Case {
  return {
    name: `chains over a link with ${CHAIN_DELAY_MS} ms each way`,
    rounds: quick ? 3 : 9,
    metrics: Object.fromEntries(CHAIN_LENGTHS.map((length) => [chainMetric(length), { unit: 'ms', better: 'less' }])),
    variants: Object.fromEntries(
      CALL_SYSTEMS.map((system) => [system, async () => (await import('./call-variants.js')).startChains(system)]),
    ),
  }
}
