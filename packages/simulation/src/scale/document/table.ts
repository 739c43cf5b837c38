/** Tables of numbers, for a terminal and for Markdown. */

/** Null is left out. */
export type Cell = string | number | null

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** What the columns mean, where the names don't say. */
  readonly notes: readonly string[]
}

/** A table as text: numbers to the right. */
export function tableAsText({ title, columns, rows, notes }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(formatCell))]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index].length)))
  const isText = columns.map((_, index) => rows.some((row) => typeof row[index] === 'string'))
  const [header, ...body] = lines.map((line) =>
    line.map((text, index) => (isText[index] ? text.padEnd(widths[index]) : text.padStart(widths[index]))).join('  '),
  )
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [title, '', header, rule, ...body, ...notes.map((note) => `* ${note}`), ''].join('\n')
}

/** A table as Markdown, without its title. */
export function tableAsMarkdown({ columns, rows, notes }: Table): string {
  const isText = columns.map((_, index) => rows.some((row) => typeof row[index] === 'string'))
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = line(isText.map((text) => (text ? '---' : '---:')))
  const text = [line(columns), rule, ...rows.map((row) => line(row.map(formatCell)))].join('\n')
  return notes.length === 0 ? text : `${text}\n\n${notes.map((note) => `- ${note}`).join('\n')}`
}

/** Three digits of what is small, whole numbers of what is not. */
function formatCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'string') return cell
  const digits = cell === 0 || Math.abs(cell) >= 100 || Number.isInteger(cell) ? 0 : Math.abs(cell) >= 10 ? 1 : 2
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
