/** Remote calls between the main thread and a worker, beside raw messages and other libraries. */
import type { Suite, Table } from '../suite.js'
import { type CallMeasurements, CHAIN_LENGTHS, IN_FLIGHT, measureCalls } from './measure-calls.js'
import { CHAIN_DELAY_MS } from './slice.js'

export const callsSuite: Suite = {
  async run({ quick, progress }) {
    const effort = quick
      ? { pairs: 31, ms: 40, chains: 3, warmUpMs: 1500 }
      : { pairs: 51, ms: 100, chains: 9, warmUpMs: 5000 }
    const measured = await measureCalls(effort, progress)
    return [
      callTable(measured, 'sequential', 'one after another'),
      callTable(measured, 'in-flight', `${IN_FLIGHT} in flight`),
      chainTable(measured),
    ]
  },
}

function callTable({ calls }: CallMeasurements, way: 'sequential' | 'in-flight', title: string): Table {
  return {
    title: `Calls main ↔ worker, ${title}`,
    columns: [
      { name: 'system' },
      { name: '× raw', digits: 2 },
      { name: 'low', digits: 2 },
      { name: 'high', digits: 2 },
      { name: 'µs each', digits: 2 },
      { name: 'p50 µs' },
      { name: 'p99 µs' },
    ],
    rows: calls
      .filter((measured) => measured.way === way)
      .map(({ system, ratio, each, p50, p99 }) => [system, ratio.median, ratio.low, ratio.high, each, p50, p99]),
    notes: [
      '`add(number, "hello")`. × raw: calls a second through those of raw messages, each slice beside one of raw messages: median of the ' +
        'pairs and its 95 % interval. raw beside itself says how far two equal things lie apart.',
    ],
  }
}

function chainTable({ chains }: CallMeasurements): Table {
  return {
    title: `Calls: chains over a link with a delay of ${CHAIN_DELAY_MS} ms each way`,
    columns: [{ name: 'system' }, ...CHAIN_LENGTHS.map((length) => ({ name: `${length} ms` }))],
    rows: chains.map(({ system, ms }) => [system, ...ms]),
    notes: [
      'Each call is one on what the call before came to; the last result is read. Without pipelining each waits for a way there and back.',
    ],
  }
}
