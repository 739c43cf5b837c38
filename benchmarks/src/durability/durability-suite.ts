/** What it costs to keep a node's state on disk: calls and references a second beside the same nodes without a disk. */
import { formatSpread, spread } from '../measure/statistics.js'
import type { Cell, Suite, Table } from '../suite.js'
import { type Disks, Pair } from './pair.js'

/** Calls under way at once: without company each waits for two writes. */
const WINDOW = 2000
const DISKS: readonly Disks[] = ['none', 'callee', 'both']
/** To be reached: of the rate in memory. */
const BAR = 0.3

export const durabilitySuite: Suite = {
  async run({ quick, progress }) {
    const rounds = quick ? 5 : 11
    const calls = quick ? 10_000 : 40_000
    const pairs = await Promise.all(DISKS.map((disks) => Pair.open(disks)))
    try {
      const tables: Table[] = []
      for (const givesReferences of [false, true]) {
        progress(givesReferences ? 'calls that carry a reference' : 'calls')
        tables.push(table(givesReferences, calls, await measure(pairs, { rounds, calls, givesReferences })))
      }
      return tables
    } finally {
      for (const pair of pairs) await pair.close()
    }
  },
}

interface Load {
  readonly rounds: number
  readonly calls: number
  readonly givesReferences: boolean
}

/** Times in ms, by pair and round. In turns, each round in another order. */
async function measure(pairs: readonly Pair[], { rounds, calls, givesReferences }: Load): Promise<number[][]> {
  const times = pairs.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    const order = pairs.map((_, place) => (place + round) % pairs.length)
    for (const place of order) {
      const ms = await pairs[place].call(calls, { window: WINDOW, givesReferences })
      // The first round warms up.
      if (round > 0) times[place].push(ms)
    }
  }
  return times
}

function table(givesReferences: boolean, calls: number, times: readonly number[][]): Table {
  const rates = times.map((ofPair) => ofPair.map((ms, round) => times[0][round] / ms))
  const rows = DISKS.map((disks, place): Cell[] => {
    return [disks, Math.round((calls / spread(times[place]).median) * 1000), formatSpread(spread(rates[place]))]
  })
  const reached = spread(rates[1]).median
  return {
    title: givesReferences ? 'Calls that carry a reference to a new object' : 'Calls',
    columns: [{ name: 'on disk' }, { name: 'calls/s' }, { name: '× in memory' }],
    rows,
    notes: [
      `${WINDOW} calls are under way at once. Every frame waits for an fsync of what led to it.`,
      `A durable callee reaches ${reached.toFixed(2)} of the rate in memory; to be reached: ${BAR}.`,
    ],
  }
}
