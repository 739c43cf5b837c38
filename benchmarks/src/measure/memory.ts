import { setImmediate as turn } from 'node:timers/promises'
import { UsageError } from '@holdfast/core'

/** What was built, and the memory it holds on to. */
export interface Weighed<T> {
  readonly value: T
  /** On V8's heap and in array buffers, between forced collections. */
  readonly bytes: number
}

/**
 * Weighs what a function builds. Whoever weighs something small builds many of it. Run with --expose-gc, before anything
 * is timed: what timing leaves behind would be weighed, too.
 * @param warmUp builds the same in small: code and hidden classes that come with the first one are nobody's
 * @throws UsageError `no-gc`
 */
export async function weigh<T>(build: () => T | Promise<T>, warmUp: () => unknown): Promise<Weighed<T>> {
  await warmUp()
  const before = await usedBytes()
  const value = await build()
  return { value, bytes: (await usedBytes()) - before }
}

/** What is live on V8's heap and in array buffers, after forced collections. @throws UsageError `no-gc` */
export async function usedBytes(): Promise<number> {
  const { gc } = globalThis
  if (gc === undefined) throw new UsageError('no-gc', 'start node with --expose-gc')
  // V8 gives array buffers back beside the program, and finalizers run, a turn later.
  for (let times = 0; times < 3; times++) {
    gc()
    await turn()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
