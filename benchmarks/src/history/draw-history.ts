/** What became of the bars from run to run: a plot for each suite. */
import { drawPlot, type Line } from '@holdfast/simulation/plot'
import { BARS, type Bar } from '../bars.js'
import { groupBy } from '../results/group-by.js'
import { type Entry, figureNameOf } from './history.js'

/**
 * SVG by suite. Each line is a bar: how many times better than it a run was, so that 1 is the bar itself and more is better. A bar at 0
 * cannot be divided by; it is reached or not, and left out here.
 */
export function drawHistory(entries: readonly Entry[]): Map<string, string> {
  const plots = new Map<string, string>()
  for (const [suite, bars] of groupBy(BARS, (bar) => bar.suite)) {
    const lines = bars
      .map((bar): Line => ({ name: nameOf(bar, bars), points: pointsOf(bar, entries) }))
      .filter(({ points }) => points.length > 0)
    if (lines.length > 0) plots.set(suite, drawSuite(suite, lines, entries.length))
  }
  return plots
}

function drawSuite(suite: string, lines: readonly Line[], runs: number): string {
  const bar: Line = {
    name: 'the bar',
    points: [
      [1, 1],
      [Math.max(2, runs), 1],
    ],
  }
  return drawPlot({
    title: `${suite}: run after run`,
    x: 'run',
    y: 'times better than the bar',
    xScale: 'linear',
    lines: [bar, ...lines],
  })
}

/** Short, as there is little room: by its case where another bar of the suite has the same metric. */
function nameOf({ case: name, metric, ratioTo }: Bar, bars: readonly Bar[]): string {
  const isShared = bars.filter((other) => other.metric === metric && other.ratioTo === ratioTo).length > 1
  return isShared ? name : `${metric}${ratioTo === null ? '' : ` × ${ratioTo}`}`
}

function pointsOf(bar: Bar, entries: readonly Entry[]): [number, number][] {
  return entries.flatMap(({ ratios }, index): [number, number][] => {
    const name = figureNameOf(bar)
    const figure = ratios.more[name] ?? ratios.less[name]
    if (figure === undefined || figure <= 0 || bar.bar <= 0) return []
    return [[index + 1, bar.is === 'at least' ? figure / bar.bar : bar.bar / figure]]
  })
}
