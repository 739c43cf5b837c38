import { availableParallelism, cpus, loadavg } from 'node:os'

/** What the numbers were measured on. */
export interface Machine {
  readonly node: string
  readonly v8: string
  readonly platform: string
  readonly cpu: string
  readonly cpus: number
  /** Runnable processes over 1, 5 and 15 minutes before the run: well above 0, and absolute times mean little. */
  readonly load: readonly number[]
}

export function describeMachine(): Machine {
  const { node, v8 } = process.versions
  return {
    node,
    v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    load: loadavg().map((load) => Math.round(load * 10) / 10),
  }
}
