import type { GraphCluster, GraphClusterOptions } from '@holdfast/worker'

/** Where clusters come from. */
export type CreateCluster = (options: GraphClusterOptions) => Promise<GraphCluster>

/** What a run needs of its surroundings. */
export interface Surroundings {
  readonly createCluster: CreateCluster
  readonly progress: Progress
  /** Aborted when the user has had enough: the run closes its cluster and throws the signal's reason. */
  readonly signal?: AbortSignal
}

/** Is told how a run gets on. */
export interface Progress {
  /** Something begins that may take a while. */
  begin(what: string): void
  /** How far what began last has come. Told often. */
  update(what: string): void
  /** What began last is done. */
  done(what: string): void
  /** Something the user wants to know. */
  note(what: string): void
  /** Idempotent; gives back the terminal, whatever is under way. */
  stop(): void
}
