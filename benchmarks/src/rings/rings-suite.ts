/** Garbage rings over worker threads: what does a cycle cost, by its length and by how many nodes it spans? */
import { formatSpread, median, spread } from '../measure/statistics.js'
import type { Cell, Suite, Table } from '../suite.js'
import { measureRing, type RingRun } from './measure-ring.js'

const WORKERS = [2, 4, 8] as const
const QUICK_WORKERS = [2, 4] as const
const HOPS = [2, 10, 100, 1_000, 10_000] as const
const REPEATS = 5
const QUICK_REPEATS = 3

interface Ring {
  readonly workers: number
  readonly hops: number
  readonly runs: readonly RingRun[]
}

export const ringsSuite: Suite = {
  async run({ quick, progress }) {
    const rings: Ring[] = []
    for (const workers of quick ? QUICK_WORKERS : WORKERS) {
      for (const hops of HOPS) {
        progress(`${workers} workers, ${hops} hops`)
        const runs: RingRun[] = []
        while (runs.length < (quick ? QUICK_REPEATS : REPEATS)) runs.push(await measureRing(hops, workers))
        rings.push({ workers, hops, runs })
      }
    }
    return [ringTable(rings)]
  },
}

function ringTable(rings: readonly Ring[]): Table {
  const shortest = new Map(rings.filter(({ hops }) => hops === HOPS[0]).map((ring) => [ring.workers, collectMs(ring)]))
  return {
    title: 'Rings: from the release to the last sweep',
    columns: [
      { name: 'workers' },
      { name: 'hops' },
      { name: 'ms', digits: 1 },
      { name: '× held round' },
      { name: '× shortest ring', digits: 2 },
      { name: 'rounds' },
      { name: 'messages' },
      { name: 'bytes' },
      { name: 'B/hop', digits: 1 },
    ],
    rows: rings.map((ring) => ringRow(ring, shortest.get(ring.workers) ?? NaN)),
    notes: [
      'A held round is a round of tracing over the same ring before its root lets go: the limit, since one such round must see the whole ring.',
      `Medians of ${rings[0].runs.length} runs, each on workers of its own. A last round that frees nothing is not needed and not counted.`,
      roundsNote(rings),
    ],
  }
}

const collectMs = ({ runs }: Ring): number => median(runs.map((run) => run.collectMs))

function ringRow(ring: Ring, shortestMs: number): Cell[] {
  const { workers, hops, runs } = ring
  const bytes = median(runs.map((run) => run.bytes))
  return [
    workers,
    hops,
    collectMs(ring),
    formatSpread(spread(runs.map((run) => run.collectMs / run.heldRoundMs))),
    collectMs(ring) / shortestMs,
    Math.max(...runs.map(({ rounds }) => rounds)),
    median(runs.map(({ messages }) => messages)),
    bytes,
    bytes / hops,
  ]
}

function roundsNote(rings: readonly Ring[]): string {
  const rounds = new Set(rings.flatMap(({ runs }) => runs.map((run) => run.rounds)))
  if (rounds.size === 1) return `Rounds do not depend on the length: ${[...rounds].join()} for every ring in every run.`
  return `ROUNDS DEPEND ON THE RING: ${[...rounds].sort((a, b) => a - b).join(', ')} were needed. They must not depend on its length.`
}
