/** Which fault happened in which phase, as a table for the terminal. */
import { type Coverage, FAULTS, PHASES } from '../coverage.js'

const UNITS = ['', 'k', 'M', 'G']

/** A count in at most five characters. */
export function short(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? String(value) : `${value < 10 ? value.toFixed(1) : Math.round(value)}${UNITS[unit]}`
}

/** Rows are faults, columns phases; a hole shows as a dot. */
export function coverageTable(coverage: Coverage): string {
  const faults = FAULTS.filter((fault) => (coverage[fault] ?? 0) > 0)
  if (faults.length === 0) return ''
  const rows = [
    ['', 'all', ...PHASES.map((phase) => abbreviated(phase))],
    ...faults.map((fault) => [
      fault,
      short(coverage[fault] ?? 0),
      ...PHASES.map((phase) => {
        const count = coverage[`${fault} × ${phase}`] ?? 0
        return count === 0 ? '·' : short(count)
      }),
    ]),
  ]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  )
  return `${headings(widths)}\n${lines.join('\n')}`
}

const KINDS = ['gift', 'round', 'session', 'drop', 'answer'] as const

const abbreviated = (phase: string): string => phase.slice(phase.indexOf(' ') + 1).slice(0, 8)

/** What the phases are of, above their columns. */
function headings(widths: readonly number[]): string {
  let line = ' '.repeat(widths[0] + 2 + widths[1])
  for (const kind of KINDS) {
    const columns = PHASES.flatMap((phase, place) => (phase.startsWith(kind) ? [place] : []))
    const width = columns.reduce((sum, place) => sum + 2 + widths[place + 2], 0)
    line += `  ${kind}`.padEnd(width)
  }
  return line.trimEnd()
}
