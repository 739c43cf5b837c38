/** Makes the tables and plots of docs/performance.md anew; what is written there by hand stays. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drawPlot } from '@holdfast/simulation/plot'
import { drawHistory } from '../history/draw-history.js'
import { readHistory } from '../history/history.js'
import { ALL, checkBars } from '../results/check.js'
import type { Results } from '../results/results.js'
import { barTable, caseTables } from '../results/tables-of.js'
import { tableAsMarkdown } from '../results/text-table.js'
import { replaceBlocks } from './blocks.js'
import { plotsOf } from './plots.js'

/** From this file's place in `benchmarks/dist/document`. */
const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url))
const PLOTS = 'performance'

/** @returns the files written */
export function writeDocument(results: Results): string[] {
  const text = join(DOCS, 'performance.md')
  writeFileSync(
    text,
    replaceBlocks(readFileSync(text, 'utf8'), (name) => blockOf(name, results)),
  )
  const plots = Array.from(plotsOf(results.rows), ([name, plot]) => writePlot(name, drawPlot(plot)))
  return [text, ...plots]
}

/** Draws the history. @returns the files written */
export function writeHistory(): string[] {
  return Array.from(drawHistory(readHistory()), ([suite, svg]) => writePlot(`history-${suite}`, svg))
}

function writePlot(name: string, svg: string): string {
  mkdirSync(join(DOCS, PLOTS), { recursive: true })
  const file = join(DOCS, PLOTS, `${name}.svg`)
  writeFileSync(file, svg)
  return file
}

/** `run`, `bars`, or the name of a suite; a suite that did not run keeps what is there. */
function blockOf(name: string, results: Results): string | null {
  if (name === 'run') return runText(results)
  if (name === 'bars') return tableAsMarkdown(barTable(checkBars(results.rows, ALL)))
  const tables = caseTables(results.rows.filter(({ suite }) => suite === name))
  if (tables.length === 0) return null
  return tables.map((table) => `**${table.title}**\n\n${tableAsMarkdown(table)}`).join('\n\n')
}

function runText({ date, commit, machine, quick }: Results): string {
  const { node, cpus, cpu, load } = machine
  const size = quick ? 'a quick run' : 'a full run'
  return `Measured on ${date.slice(0, 10)} at ${commit} by ${size}, Node ${node}, ${cpus} × ${cpu}, load ${load.join(' ')}.`
}
