import { setImmediate as turn } from 'node:timers/promises'
import { UsageError } from '@holdfast/core'

/** What was built, and the memory it holds on to. */
export interface Weighed<T> {
  readonly value: T
  /** On V8's heap and in array buffers, between forced collections. */
  readonly bytes: number
}

/**
 * Weighs what a function builds: the average of so many copies, so that what else V8 does drowns. Run with --expose-gc.
 * @throws UsageError `no-gc`
 */
export async function weigh<T>(build: () => T, copies: number): Promise<Weighed<T>> {
  // Code and hidden classes that come with the first one are nobody's.
  build()
  const before = await usedBytes()
  const values = Array.from({ length: copies }, build)
  const bytes = ((await usedBytes()) - before) / copies
  return { value: values[0], bytes }
}

async function usedBytes(): Promise<number> {
  const { gc } = globalThis
  if (gc === undefined) throw new UsageError('no-gc', 'start node with --expose-gc')
  // V8 gives array buffers back beside the program, a turn later.
  for (let times = 0; times < 3; times++) {
    gc()
    await turn()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
