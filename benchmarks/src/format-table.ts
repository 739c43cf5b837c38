import type { Cell, Column, Table } from './suite.js'

/** A table as text: numbers to the right, notes below. */
export function formatTable({ title, columns, rows, notes }: Table): string {
  const header = columns.map(({ name }) => name)
  const texts = rows.map((row) => columns.map((column, index) => formatCell(row[index] ?? null, column)))
  const widths = columns.map((_, index) => Math.max(...[header, ...texts].map((line) => line[index].length)))
  const isText = columns.map((_, index) => rows.some((row) => typeof row[index] === 'string'))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (isText[index] ? cell.padEnd(widths[index]) : cell.padStart(widths[index])))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [title, '', line(header), rule, ...texts.map(line), ...notes.map((note) => `* ${note}`), ''].join('\n')
}

function formatCell(cell: Cell, { digits = 0 }: Column): string {
  if (cell === null) return '-'
  if (typeof cell === 'string') return cell
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
