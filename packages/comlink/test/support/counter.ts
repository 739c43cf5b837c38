/** What fixtures/counter-worker.mjs exposes. */
export interface Tally {
  label: string
  add(amount: number): number
}

export interface Counter {
  value: number
  readonly limits: { most: number }
  onchange: ((value: number) => void) | null
  readonly Tally: new () => Tally
  increase(): number
  report(listener: (text: string) => string): Promise<string>
  same<T>(value: T): T
  fail(): never
  never(): Promise<never>
}
