/** What a suite of benchmarks is, and what it leaves: tables. */

/** A number, a text, or null where nothing was measured. */
export type Cell = number | string | null

export interface Column {
  readonly name: string
  /** Digits behind the point for numbers; 0 unless told. */
  readonly digits?: number
}

/** Structured-clonable: it crosses from the suite's process, and is what `--json` writes. */
export interface Table {
  readonly title: string
  readonly columns: readonly Column[]
  /** One cell a column. */
  readonly rows: readonly (readonly Cell[])[]
  /** What to know for reading the table, and what follows from it. */
  readonly notes: readonly string[]
}

export interface SuiteContext {
  /** Smaller sizes and fewer repeats. */
  readonly quick: boolean
  /** One line on stderr. */
  readonly progress: (line: string) => void
}

export interface Suite {
  /** @throws when something measured is also wrong: a benchmark of a wrong answer is worth nothing */
  run(context: SuiteContext): Promise<Table[]>
}
