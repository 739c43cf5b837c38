/**
 * What a suite of benchmarks is. A suite is a list of cases. A case compares variants: ours, its limit, its peers. Every
 * variant lives in a process of its own for as long as its case, and all take turns, round after round: a machine may be shared and its
 * speed may change from second to second, so what counts is the ratio within a round.
 *
 * A suite's module is loaded by the command, too, which only reads the list: whatever is heavy is imported when a variant starts.
 */

/** What one round of a variant measured, by metric; null where there is nothing, as for a call that hangs. */
export type Sample = Readonly<Record<string, number | null>>

/** One of those that are compared, in its own process. */
export interface Variant {
  /**
   * Measures once, with some of the metrics of its case, the same ones every round.
   * @throws when something measured is also wrong: a benchmark of a wrong answer is worth nothing
   */
  round(): Sample | Promise<Sample>
  /** Ends what it has started (threads, sockets, timers); its process is about to end. */
  close?(): void | Promise<void>
}

export interface Metric {
  readonly unit: string
  readonly better: 'more' | 'less'
  /** Variants of the case by whose value of the same round each value is divided, one row for each. */
  readonly ratioTo?: readonly string[]
}

export interface Case {
  /** The same in quick and in full runs where a bar is concerned: bars are looked up by it. */
  readonly name: string
  /** Rounds that count. */
  readonly rounds: number
  /** Rounds before them that do not, for the compiler; 1 unless told. */
  readonly warmups?: number
  /**
   * A variant that is measured anew right before or right after each of the others, in place of once a round: where the machine changes
   * from one tenth of a second to the next, as the time that it takes to wake a thread does.
   */
  readonly beside?: string
  readonly metrics: Readonly<Record<string, Metric>>
  /** Starts a variant, in its process, by its name. */
  readonly variants: Readonly<Record<string, () => Variant | Promise<Variant>>>
}

/** A metric of a variant over all rounds that count. */
export interface Measurement {
  readonly case: string
  readonly variant: string
  readonly metric: string
  readonly unit: string
  readonly better: 'more' | 'less'
  /** In rounds' order; null where a round measured nothing. */
  readonly values: readonly (number | null)[]
  readonly ratioTo: string | null
  /** In rounds' order, where there is something to divide. */
  readonly ratios: readonly number[]
}

export interface SuiteOptions {
  /** Smaller sizes and fewer rounds, but every case that has a bar. */
  readonly quick: boolean
}

export interface Suite {
  /** O(cases), without side effects: the command and every variant's process ask. */
  cases(options: SuiteOptions): readonly Case[]
  /** What follows from several cases: slopes, crossings. @param measured of the cases above, of this run */
  conclude?(measured: readonly Measurement[]): readonly Measurement[]
}
