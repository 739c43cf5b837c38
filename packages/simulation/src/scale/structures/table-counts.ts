/** What one node's heap and tables have, as far as it depends on the structures. */
export interface TableCounts {
  readonly objects: number
  readonly exports: number
  readonly imports: number
}
