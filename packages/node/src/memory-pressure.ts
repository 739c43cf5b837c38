/**
 * Tells when memory is short: after a collection of V8's own, more of the heap is in use than a fraction of its limit. It rides on the
 * collections there are and forces none.
 *
 * Of any kind: near the limit V8's next major collection may be its last, with no turn left in which to tell of it. So what is in use may
 * count old garbage; who is told bounds what it does about it.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

export interface MemoryPressureOptions {
  /** Of the heap's limit, in use after a collection. Default: 0.7. The limit counts the young generation, which old objects cannot have: of 256 MiB it is a sixth. */
  readonly fraction?: number
}

/**
 * Watches this thread's heap.
 * @param onPressure called after each collection that leaves too much: often, while memory stays short
 * @returns stops watching
 */
export function watchMemoryPressure(
  onPressure: () => void,
  { fraction = 0.7 }: MemoryPressureOptions = {},
): () => void {
  const observer = new PerformanceObserver(() => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    if (used > limit * fraction) onPressure()
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}
