/**
 * Tells when memory stays short: after a major collection of V8's own, more of the heap is in use than a fraction of its limit. It
 * rides on the collections there are and forces none.
 */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

export interface MemoryPressureOptions {
  /** Of the heap's limit, in use after a major collection. Default: 0.75. */
  readonly fraction?: number
}

/**
 * Watches this thread's heap.
 * @param onPressure called after each major collection that leaves too much
 * @returns stops watching
 */
export function watchMemoryPressure(
  onPressure: () => void,
  { fraction = 0.75 }: MemoryPressureOptions = {},
): () => void {
  const observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(isMajor)) return
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    if (used > limit * fraction) onPressure()
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}

/** What entries of collections say of themselves; the types of Node do not know it. */
type CollectionEntry = PerformanceEntry & { readonly detail?: { readonly kind?: number } }

const isMajor = (entry: CollectionEntry): boolean => entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR
