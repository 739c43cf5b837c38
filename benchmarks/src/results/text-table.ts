/** Tables of texts, for a terminal and for Markdown. */

export interface TextTable {
  readonly title: string
  readonly columns: readonly TextColumn[]
  /** One text a column. */
  readonly rows: readonly (readonly string[])[]
}

export interface TextColumn {
  readonly name: string
  readonly align: 'left' | 'right'
}

export function tableAsText({ title, columns, rows }: TextTable): string {
  const header = columns.map(({ name }) => name)
  const widths = columns.map((_, index) => Math.max(...[header, ...rows].map((row) => row[index].length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        columns[index].align === 'left' ? cell.padEnd(widths[index]) : cell.padStart(widths[index]),
      )
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [title, '', line(header), rule, ...rows.map(line), ''].join('\n')
}

/** Without its title. */
export function tableAsMarkdown({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = line(columns.map(({ align }) => (align === 'left' ? '---' : '---:')))
  return [line(columns.map(({ name }) => name)), rule, ...rows.map(line)].join('\n')
}
