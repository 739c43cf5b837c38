/** A heap's handles as the collector names them. */
import type { LocalReference } from '@holdfast/collector'
import { type ImportId, UsageError } from '@holdfast/core'
import type { Handle, ObjectHeap } from '@holdfast/heap/object-heap'

/** @throws UsageError `not-an-import` */
export function importOf(heap: ObjectHeap, handle: Handle): ImportId {
  const id = heap.importOf(handle)
  if (id !== undefined) return id
  throw new UsageError('not-an-import', 'a call goes to an object of another node', { handle })
}

/** @throws UsageError `broken-reference`: what broke here must not arrive elsewhere as an object of this node */
export function referenceOf(heap: ObjectHeap, handle: Handle): LocalReference {
  if (heap.isBroken(handle)) {
    throw new UsageError('broken-reference', 'the reference is broken: there is nothing to pass on', { handle })
  }
  const id = heap.importOf(handle)
  return id === undefined ? { object: handle } : { import: id }
}
