import { availableParallelism, cpus, totalmem } from 'node:os'

/** What the times were measured on. */
export interface Machine {
  readonly node: string
  readonly cpu: string
  readonly cpus: number
  readonly memoryGiB: number
}

export function describeMachine(): Machine {
  return {
    node: process.versions.node,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  }
}
