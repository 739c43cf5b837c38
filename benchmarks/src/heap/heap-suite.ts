/** The real heap: exactly the right objects (the command checks that), beside V8's own full GC of the same graph. */
import { formatSpread, median, spread } from '../measure/statistics.js'
import type { Cell, Suite, Table } from '../suite.js'
import { type Replay, type ReplayRequest, runReplay } from './run-replay.js'

const ALL_ROOTS: ReplayRequest = { nodes: 4, cut: 'roots', count: 'all' }
const REQUESTS: readonly ReplayRequest[] = [
  ALL_ROOTS,
  { nodes: 8, cut: 'roots', count: 'all' },
  { nodes: 4, cut: 'roots', count: 5000 },
  { nodes: 4, cut: 'nodes', count: 20000 },
  { nodes: 4, cut: 'nodes', count: 2000 },
  { nodes: 4, cut: 'edges', count: 10000 },
]
const REPEATS = 5
const QUICK_REPEATS = 3

interface Measured {
  readonly request: ReplayRequest
  readonly runs: readonly Replay[]
}

export const heapSuite: Suite = {
  async run({ quick, progress }) {
    const measured: Measured[] = []
    for (const request of quick ? [ALL_ROOTS] : REQUESTS) {
      const runs: Replay[] = []
      while (runs.length < (quick ? QUICK_REPEATS : REPEATS)) {
        progress(`${request.nodes} workers, ${request.cut} ${request.count}: run ${runs.length + 1}`)
        runs.push(await runReplay(request))
      }
      measured.push({ request, runs })
    }
    return [collectTable(measured), phaseTable(measured)]
  },
}

function collectTable(measured: readonly Measured[]): Table {
  const { objects, references } = measured[0].runs[0]
  return {
    title: `The real heap: ${objects} objects, ${references} references`,
    columns: [
      { name: 'workers' },
      { name: 'cut' },
      { name: 'garbage' },
      { name: 'by tracing' },
      { name: 'collect ms' },
      { name: 'V8 ms', digits: 1 },
      { name: '× V8' },
      { name: 'wire MB', digits: 2 },
      { name: 'messages' },
      { name: 'rounds' },
      { name: 'peak RSS MB' },
    ],
    rows: measured.map(({ request, runs }): Cell[] => [
      request.nodes,
      `${request.cut} ${request.count}`,
      runs[0].garbage,
      runs[0].freedBy.tracing,
      median(runs.map(({ timeMs }) => timeMs.collect)),
      median(runs.map(({ v8FullGcMs }) => v8FullGcMs)),
      formatSpread(spread(runs.map(({ timeMs, v8FullGcMs }) => timeMs.collect / v8FullGcMs))),
      median(runs.map(({ bytes }) => bytes)) / 1e6,
      median(runs.map(({ messages }) => messages)),
      median(runs.map(({ rounds }) => rounds)),
      median(runs.map(({ peakRssBytes }) => peakRssBytes)) / 1e6,
    ]),
    notes: [
      'Exactly the right objects were freed in every run, or there would be no table.',
      `Collect: from the release to the last sweep. V8: its own full GC of the same graph in one process, in the same run. Medians of ${measured[0].runs.length} runs.`,
    ],
  }
}

function phaseTable(measured: readonly Measured[]): Table {
  const phases = ['load', 'build', 'collect', 'verify'] as const
  return {
    title: 'The real heap: where the whole run goes, in ms',
    columns: [{ name: 'workers' }, { name: 'cut' }, ...phases.map((name) => ({ name }))],
    rows: measured.map(({ request, runs }): Cell[] => [
      request.nodes,
      `${request.cut} ${request.count}`,
      ...phases.map((phase) => median(runs.map(({ timeMs }) => timeMs[phase]))),
    ]),
    notes: [
      'Load: reading and partitioning the file. Build: starting the workers until every remote reference is held.',
    ],
  }
}
