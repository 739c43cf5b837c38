/** The rows of a run as tables: one for each case, and one for the bars. */
import { type CheckedBar, verdictOf } from './check.js'
import { formatNumber, formatSpread } from './format.js'
import { groupBy } from './group-by.js'
import { figureOf, type Row } from './row.js'
import type { TextColumn, TextTable } from './text-table.js'

/** One table for each case, in the order of the rows: variants down, metrics across, their ratios beside them. */
export function caseTables(rows: readonly Row[]): TextTable[] {
  return [...groupBy(rows, (row) => `${row.suite}: ${row.case}`)].map(([title, ofCase]) => caseTable(title, ofCase))
}

/** A column: the values of a metric, or their ratios to a variant. */
interface Measure {
  readonly column: TextColumn
  readonly cell: (row: Row) => string
  readonly shows: (row: Row) => boolean
}

function caseTable(title: string, rows: readonly Row[]): TextTable {
  const measures = measuresOf(rows)
  const variants = [...new Set(rows.map(({ variant }) => variant))]
  return {
    title,
    columns: [{ name: 'variant', align: 'left' }, ...measures.map(({ column }) => column)],
    rows: variants.map((variant) => {
      const own = rows.filter((row) => row.variant === variant)
      return [
        variant,
        ...measures.map(({ cell, shows }) => {
          const row = own.find(shows)
          return row === undefined ? '' : cell(row)
        }),
      ]
    }),
  }
}

function measuresOf(rows: readonly Row[]): Measure[] {
  return [...groupBy(rows, ({ metric }) => metric)].flatMap(([metric, ofMetric]): Measure[] => {
    const divisors = [...new Set(ofMetric.flatMap(({ ratioTo }) => (ratioTo === null ? [] : [ratioTo])))]
    const value: Measure = {
      column: { name: `${metric}, ${ofMetric[0].unit}`, align: 'right' },
      cell: ({ value: median, spread }) =>
        divisors.length === 0 ? formatSpread(median, spread) : formatNumber(median),
      shows: (row) => row.metric === metric && row.ratioTo === null,
    }
    const ratios = divisors.map(
      (to): Measure => ({
        column: { name: `× ${to}`, align: 'right' },
        cell: ({ ratio, ratioSpread }) => formatSpread(ratio, ratioSpread),
        shows: (row) => row.metric === metric && row.ratioTo === to,
      }),
    )
    return [value, ...ratios]
  })
}

export function barTable(checked: readonly CheckedBar[]): TextTable {
  return {
    title: 'Bars',
    columns: [
      { name: 'suite', align: 'left' },
      { name: 'case', align: 'left' },
      { name: 'metric', align: 'left' },
      { name: 'measured', align: 'right' },
      { name: 'bar', align: 'right' },
      { name: 'aim', align: 'right' },
      { name: '', align: 'left' },
    ],
    rows: checked.map((each) => {
      const { bar, row } = each
      const sign = bar.is === 'at least' ? '≥' : '≤'
      return [
        bar.suite,
        bar.case,
        bar.ratioTo === null ? `${bar.metric}, ${row?.unit ?? ''}` : `${bar.metric} × ${bar.ratioTo}`,
        row === null ? '' : formatSpread(figureOf(row), bar.ratioTo === null ? row.spread : row.ratioSpread),
        `${sign} ${formatNumber(bar.bar)}`,
        bar.aim === null ? '' : `${sign} ${formatNumber(bar.aim)}`,
        verdictOf(each),
      ]
    }),
  }
}
