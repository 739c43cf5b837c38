import type { Collector } from '@holdfast/collector'
import type { ObjectHeap } from '@holdfast/heap/object-heap'

/** A few sums that two states which differ hardly share. The counts of the collector are since its start, whose image has them. O(1). */
export function checksOf({ counts }: Collector, heap: ObjectHeap): readonly number[] {
  return [
    counts.bytesSent,
    counts.messagesSent,
    counts.messagesReceived,
    heap.objectCount,
    heap.importCount,
    heap.referenceCount,
    heap.losses,
  ]
}
