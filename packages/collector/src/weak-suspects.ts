/**
 * What weak holders refer to and the roots do not reach: the vertices of a report that a program may come by without a
 * message. Exports and imports among them are vertices anyway; each inner object becomes one of its own.
 */
import type { Column } from '@holdfast/core'
import type { LocalTrace, SuspectReferences } from '@holdfast/tracing'
import type { WeakHold } from './event.js'

/** The suspects of a report: exported objects and imports, in the order of its vertices. */
export interface Suspects {
  readonly exports: Float64Array
  readonly imports: Float64Array
}

export interface WeakSuspects {
  readonly references: SuspectReferences
  /** Places of the weakly held vertices, ascending, and the hold behind each. */
  readonly weak: readonly number[]
  readonly holds: readonly WeakHold[]
}

/**
 * Asks a trace how the suspects hang together, weakly held inner objects among them. O(suspects + holds), besides the
 * trace; O(holds) where the roots reach all that is held.
 */
export function traceWeakly(trace: LocalTrace, suspects: Suspects, all: readonly WeakHold[]): WeakSuspects {
  const objects = new Map<number, WeakHold>()
  const imports = new Map<number, WeakHold>()
  for (const hold of all) {
    if ('import' in hold) imports.set(hold.import, hold)
    else if (!trace.reachesObject(hold.object)) objects.set(hold.object, hold)
  }
  const weak: number[] = []
  const holds: WeakHold[] = []
  if (objects.size + imports.size === 0) {
    return { references: trace.suspectReferences(suspects.exports, suspects.imports), weak, holds }
  }
  const take = (from: Map<number, WeakHold>, column: Column, first: number): void => {
    for (let index = 0; index < column.length; index++) {
      const hold = from.get(column[index])
      if (hold === undefined) continue
      from.delete(column[index])
      weak.push(first + index)
      holds.push(hold)
    }
  }
  take(objects, suspects.exports, 0)
  // To the trace, a weakly held inner object is one export more: a vertex right behind them.
  const inner = [...objects.keys()]
  take(objects, inner, suspects.exports.length)
  const references = trace.suspectReferences([...suspects.exports, ...inner], suspects.imports)
  take(imports, suspects.imports, references.offsets.length - 1)
  return {
    references: { ...references, inner: [...inner.map(innerName), ...Array.from(references.inner)] },
    weak,
    holds,
  }
}

/** No tracer calls an inner vertex by a negative number. */
const innerName = (object: number): number => -1 - object
