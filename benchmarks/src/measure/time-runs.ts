import { assert } from '@holdfast/core'
import { Bench } from 'tinybench'

export interface TimedWork {
  readonly run: () => void
  /** Before every run, outside the clock. */
  readonly prepare?: () => void
}

/** What this process has used of its processors, in ms, with all its threads, V8's helpers included. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** What one run of it uses of the processors, in ms. */
export function processorTime(work: () => unknown): number {
  const startedAt = processorMs()
  work()
  return processorMs() - startedAt
}

/**
 * The median processor time of a run, in ms, over so much of it; three runs at least. Not by the clock on the wall: on a machine that
 * does other things, too, that would measure them. @throws what the work throws
 */
export function timeRuns({ run, prepare }: TimedWork, timeMs: number): number {
  const bench = new Bench({ time: timeMs, iterations: 3, warmup: false, throws: true, now: processorMs })
  // Told that it is synchronous, tinybench does not try it out once more, unprepared.
  bench.add('work', run, { async: false, ...(prepare === undefined ? {} : { beforeEach: () => prepare() }) })
  bench.runSync()
  const result = bench.getTask('work')?.result
  assert(result?.state === 'completed', 'the work ran to its end')
  return result.latency.p50
}

/** How long one thing takes, in ms. */
export async function timeOnce(work: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
