/** The text of docs/scale.md. What it says of numbers it computes; why they are so is written here by hand. */
import type { Measurements } from '../command/measurements.js'
import { type CurveName, pointsOf } from '../scenarios/scenario.js'
import { flatnessTable } from './flatness.js'
import { GROUPS } from './groups-text.js'
import { tableAsMarkdown } from './table.js'
import { tablesOf } from './tables.js'

export function documentText(measurements: Measurements): string {
  const tables = tablesOf(measurements.points)
  const table = (curve: CurveName): string => {
    const found = tables.get(curve)
    return found === undefined ? 'Not measured.' : tableAsMarkdown(found)
  }
  return [
    introduction(measurements),
    section('What ought to be flat', tableAsMarkdown(flatnessTable(measurements.points))),
    section('More nodes', image('node-bytes', 'Bytes of a node and round'), NODES, table('nodes')),
    section(
      'Where one coordinator runs out',
      bend(measurements),
      image('coordinator-time', "The coordinator's time for a round"),
      image('coordinator-memory', 'Memory of coordinator and member'),
      table('suspects'),
    ),
    section('More that is live', LIVE, image('live', 'Fixed garbage beside more that is live'), table('live')),
    section('Longer rings', RINGS, image('ring-rounds', 'Rounds'), image('ring-bytes', 'Bytes'), table('rings')),
    section('Leases', LEASES, image('pings', 'Bytes of pings'), table('pings')),
    section('Hubs', hubs(measurements), image('hub', 'Time of a hub'), table('hub')),
    section('A second level', GROUPS),
    section('The plots', PLOTS),
  ].join('\n\n')
}

const section = (title: string, ...parts: readonly string[]): string => [`## ${title}`, ...parts].join('\n\n')

const image = (name: string, alt: string): string => `![${alt}](scale/${name}.svg)`

function introduction({ machine, seconds, points }: Measurements): string {
  const { node, cpu, cpus, memoryGiB } = machine
  return `# Scale

<!-- Made by \`npm run scale -- --docs\`: change packages/simulation/src/scale/document instead. -->

What Holdfast costs as a cluster grows. \`npm run scale -- --docs\` makes this page and its plots; it took
${Math.ceil(seconds / 60)} minutes for ${points.length} worlds, on Node ${node}, ${cpus} × ${cpu}, ${memoryGiB} GiB.
\`npm run scale -- --quick\` takes less than half a minute.

Every node is the real \`Collector\` over the real \`ObjectHeap\`; all of them run in one thread and in virtual time, over links
that lose nothing and open when a collector asks for them. The coordinator is a node of its own. Each world runs in a process of
its own, and is checked at every stage: exactly the garbage is gone, by count and by handle, all that is live is there, every table
of every node has as many entries as the structure demands, no pin, quarantine or claim is left, no alarm was raised and no
table had to be repaired. Bytes and messages are the same in every run. Times are processor time,
threads of V8's collector included, measured while the machine did other things, and good to a factor of two.`
}

const NODES = `Each node has 100 live suspects, in rings of five over six neighbours, held from pinned objects elsewhere; names of nodes are of
equal length. Then rings of 50 objects a node more are made and cut off. With more nodes the coordinator counts its sessions
further, so that the number of a session takes two bytes in place of one in every report: that is the rise of the idle round.`

const LIVE = `A cyclic tree over 20 nodes, held from one object; all of it is suspect, and stays in the collage. Reports carry changes
only, so what is idle costs nothing but the stamps of each peer. The coordinator's time does grow with the live part: see above.`

const RINGS = `A verdict needs no message per hop: the reports of one round show the whole ring. The last rows, with an object on each
node, go up to 100,000 nodes. When nobody has collected locally after the cut, the round itself makes the anchor's
node do so, and its drop races with the reports: then it takes one round more. Here the local collection comes first, as on a
node that collects by itself.`

const LEASES = `A node sends a ping to each peer that it has told nothing for a third of the term, and acknowledges theirs. So the cost
follows the sessions of a node, not the size of the cluster; only the coordinator has a session with everyone.`

const PLOTS = `The SVG files are drawn with [d3-scale](https://d3js.org/d3-scale) alone: logarithmic scales and their ticks, 8 packages and
less than 2 MB, no DOM; the marks are a page of text templates (\`packages/simulation/src/scale/document/plot.ts\`). Compared, as
installed: vega 16 MB in 62 packages (25 MB and 79 with vega-lite), echarts 67 MB. Observable Plot needs a DOM.
`

function bend({ points }: Measurements): string {
  const perReport = pointsOf(points, 'nodes').map(({ scenario, result }) => {
    const ms = result.idle.coordinatorMs / scenario.nodes
    return `${ms.toFixed(2)} ms at ${scenario.nodes.toLocaleString('en-US')} nodes`
  })
  const last = pointsOf(points, 'nodes').at(-1)
  const whole = last === undefined ? '' : wholeCost(last)
  return `Traffic of a node stays flat, but all reports go to one coordinator, so its work is linear in all suspects. An idle round
takes it, for each report of 100 suspects: ${perReport.join(', ')}. ${whole}

The bend at the end is V8's, not Holdfast's. By profile (\`node --cpu-prof\`, three rounds each) the coordinator's own code takes
0.4, 0.6, 0.4 s at 1,000 nodes and 3.2, 3.9, 5.4 s at 10,000, which is linear; V8's collector takes 0.1 s in its turns at 1,000
nodes and 2 to 4 s at 10,000, because all nodes of this world share one process and it walks the heap of all. No function stands
out: decoding, patching, joining and marking take a few percent each.

Three things end it, in this order:

1. *A round costs as much when nothing has changed.* A delta of a few bytes still makes the coordinator build the node's whole report
   anew and judge the whole collage.
2. *Judging is one turn.* While it lasts the coordinator hears nobody. When it nears the term of a lease, sessions end.
3. *Memory*: the collage holds every report, unpacked.`
}

function wholeCost({ scenario, result }: ReturnType<typeof pointsOf<'nodes'>>[number]): string {
  const suspects = (scenario.nodes * scenario.suspects).toLocaleString('en-US')
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
  const memory = result.coordinatorMemory === null ? '' : `, ${Math.round(result.coordinatorMemory / 2 ** 20)} MiB`
  return `At ${scenario.nodes.toLocaleString('en-US')} nodes, ${suspects} suspects: ${seconds(result.first.coordinatorMs)} for the first
round, ${seconds(result.first.judgingMs)} of them judging in one turn, ${seconds(result.idle.coordinatorMs)} for an idle one${memory}.`
}

function hubs({ points }: Measurements): string {
  const [before, last] = pointsOf(points, 'hub').slice(-2)
  const intro = `One node has n objects, each in a two-node ring with an object of a node of its own. Traffic is linear, and every node but
the hub is as cheap as ever. So is the time at the hub and in the verdict: what joins the tables of one holder with those of all looks ids up
and walks only the shorter side. (It walked both at first: a round over 16,000 holders took 14 s.)`
  if (before === undefined || last === undefined) return intro
  const times = (value: number): string => value.toFixed(1)
  const holders = last.scenario.holders / before.scenario.holders
  const judging = last.result.idle.judgingMs / before.result.idle.judgingMs
  const turn = last.result.longestTurnMs / before.result.longestTurnMs
  return `${intro} From ${before.scenario.holders.toLocaleString('en-US')} holders
to ${last.scenario.holders.toLocaleString('en-US')}, ${times(holders)} times as many, judging takes ${times(judging)} times as long, the hub's longest turn ${times(turn)}.`
}
