/** What the programs of a run do: how it begins, and how often what happens. */
import type { Choice } from '../choices.js'
import type { Stage } from '../stage.js'

export interface Workload {
  readonly name: string
  /** One line. */
  readonly about: string
  /** Sets the stage. */
  prepare(stage: Stage): void
  /** Weights in place of the usual ones. */
  readonly weights?: Partial<Readonly<Record<Choice, number>>>
  /** Something of the workload's own; the weight is `weights.own`. */
  act?(stage: Stage): void
  /** Whether it gives parts to three nodes and to one that coordinates. */
  readonly casts?: boolean
  /** What its runs are never: for workloads whose point would be lost. */
  readonly never?: readonly ('faulty' | 'lossy')[]
  /** Fewer steps: each is long. */
  readonly stepsShare?: number
}
