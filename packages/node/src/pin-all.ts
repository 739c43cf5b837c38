import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'

/**
 * Pins all of these once more or, if it throws, none.
 * @returns lets go of them again
 * @throws UsageError `stale-handle`, `out-of-reach`
 */
export function pinAll(heap: ObjectHeap, handles: readonly Handle[]): () => void {
  const pinned: Handle[] = []
  const unpin = (): void => {
    for (const handle of pinned) heap.unpin(handle)
  }
  try {
    for (const handle of handles) {
      heap.pin(handle)
      pinned.push(handle)
    }
  } catch (error) {
    unpin()
    throw error
  }
  return unpin
}
