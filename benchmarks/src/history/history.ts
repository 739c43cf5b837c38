/**
 * What whole runs came to, a line of JSON each, so that git shows what a change did. Machines differ, so a line keeps figures that mean
 * something on another one: ratios, and the values that have a bar.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from '@holdfast/core'
import type { Machine } from '../machine.js'
import type { Results } from '../results/results.js'
import { figureOf, type Row } from '../results/row.js'

/** From this file's place in `benchmarks/dist/history`. */
const HISTORY = fileURLToPath(new URL('../../history.ndjson', import.meta.url))

/** By the names of suite, case, variant, metric and what it is divided by: `marking / … / compact / mark × C`. */
export type Figures = Readonly<Record<string, number>>

/** One whole run. */
export interface Entry {
  readonly date: string
  readonly commit: string
  readonly machine: Pick<Machine, 'node' | 'cpu' | 'cpus' | 'load'>
  readonly quick: boolean
  /** Later runs are compared with the last one that was. */
  readonly accepted: boolean
  readonly ratios: {
    /** The more, the better. */
    readonly more: Figures
    readonly less: Figures
  }
}

export function entryOf({ date, commit, machine, quick, rows }: Results): Entry {
  const { node, cpu, cpus, load } = machine
  const kept = rows.filter((row) => row.ratioTo !== null || row.bar !== null)
  const of = (better: Row['better']): Figures => figuresOf(kept.filter((row) => row.better === better))
  const ratios = { more: of('more'), less: of('less') }
  return { date, commit, machine: { node, cpu, cpus, load }, quick, accepted: false, ratios }
}

function figuresOf(rows: readonly Row[]): Figures {
  return Object.fromEntries(
    rows.flatMap((row) => {
      const figure = figureOf(row)
      return figure === null ? [] : [[figureNameOf(row), Number(figure.toPrecision(4))]]
    }),
  )
}

/** Rows and bars have one name where the one reaches for the other. */
export function figureNameOf(row: Pick<Row, 'suite' | 'case' | 'variant' | 'metric' | 'ratioTo'>): string {
  const { suite, case: name, variant, metric, ratioTo } = row
  return [suite, name, variant, ratioTo === null ? metric : `${metric} × ${ratioTo}`].join(' / ')
}

/** In the order of the runs. @throws UsageError `bad-history` with the line */
export function readHistory(file = HISTORY): Entry[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line === '') return []
    try {
      return [JSON.parse(line) as Entry]
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new UsageError('bad-history', `${file}:${index + 1}: ${reason}`)
    }
  })
}

export function appendHistory(entry: Entry, file = HISTORY): void {
  appendFileSync(file, `${JSON.stringify(entry)}\n`)
}

/** Marks the last run as accepted. @returns it. @throws UsageError `no-history` */
export function acceptLast(file = HISTORY): Entry {
  const entries = readHistory(file)
  const last = entries.at(-1)
  if (last === undefined) throw new UsageError('no-history', `${file} has no run to accept: run all suites first`)
  const accepted = { ...last, accepted: true }
  const lines = [...entries.slice(0, -1), accepted].map((entry) => `${JSON.stringify(entry)}\n`)
  writeFileSync(file, lines.join(''))
  return accepted
}
