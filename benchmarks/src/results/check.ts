import { BARS, type Bar } from '../bars.js'
import { figureOf, isBarOf, type Row } from './row.js'

/** A bar, and the row that reaches for it; null when it is missing. */
export interface CheckedBar {
  readonly bar: Bar
  readonly row: Row | null
}

/** A whole run is held against all bars, those of suites that nobody has written included. */
export const ALL = 'all'

/** Every bar of the suites that were to run, with its row. */
export function checkBars(
  rows: readonly Row[],
  suites: readonly string[] | typeof ALL,
  bars: readonly Bar[] = BARS,
): CheckedBar[] {
  return bars
    .filter(({ suite }) => suites === ALL || suites.includes(suite))
    .map((bar) => ({ bar, row: rows.find((row) => isBarOf(bar, row)) ?? null }))
}

export const isReached = ({ row }: CheckedBar): boolean => row?.ok === true

/** How a bar is doing, in a word or two. */
export function verdictOf({ bar, row }: CheckedBar): string {
  if (row === null) return 'MISSING'
  if (row.ok !== true) return 'NOT REACHED'
  const figure = figureOf(row)
  if (bar.aim === null || figure === null) return 'ok'
  return (bar.is === 'at least' ? figure >= bar.aim : figure <= bar.aim) ? 'ok, and the aim' : 'ok'
}
