/** What is wrong with a heap snapshot, said with the place: the caller chose the input, so it is the caller's error. */
import { UsageError } from '@holdfast/core'

type Facts = Readonly<Record<string, unknown>>

/** The error for input that is no heap snapshot. */
export function malformedSnapshot(what: string, data: Facts): UsageError {
  return new UsageError('malformed-snapshot', `this is no heap snapshot: ${what}`, data)
}

/** The error for input that ends before the snapshot does. */
export function truncatedSnapshot(data: Facts): UsageError {
  return new UsageError('truncated-snapshot', 'the heap snapshot ends too early', data)
}
