/**
 * Traces ordinary objects with V8's help: it writes down the whole heap, and what is asked of the tagged objects is answered from
 * that. Exact, but it blocks for about 0.1 s a MB of heap: for questions on demand, not for every collection.
 */
import { UsageError } from '@holdfast/core'
import type { ExactTrace } from './exact-trace.js'
import { findProbe, HoldfastExactProbe } from './probe.js'
import { SnapshotTrace } from './snapshot-trace.js'
import { takeSnapshot } from './take-snapshot.js'
import { settleWeakEdges } from './weak-edges.js'

export interface TraceExactOptions {
  /** The objects that are asked about, each under a number of the caller's. */
  readonly tagged: ReadonlyMap<number, object>
  /**
   * The runtime's own tables: what they keep is not reachable for that. Name what refers to the objects (the Map, Set, array or
   * WeakMap itself), not what refers to that. `tagged` and this list need not be named.
   */
  readonly holders: readonly object[]
  /** Told while V8 writes. @param bytes so far */
  readonly onProgress?: (bytes: number) => void
}

/**
 * Takes a snapshot of this thread in a macrotask of its own and answers from it. The answer comes in that same macrotask: what
 * awaits it runs before any timer, message or callback, so the answer is still true then.
 *
 * What code that runs or waits holds is reachable: variables of the callers, and of async functions that wait for this. So is
 * what native code holds (open handles, timers, requests), whatever for. An object that a WeakRef gave out in the same macrotask
 * counts as reachable too, hence the macrotask of its own.
 * @throws UsageError `not-an-object` when something tagged is a primitive
 */
export async function traceExact(options: TraceExactOptions): Promise<ExactTrace> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
  return traceNow(options)
}

function traceNow({ tagged, holders, onProgress }: TraceExactOptions): ExactTrace {
  const probe = probeFor(tagged, holders)
  const counts = { objects: probe.objects.length, holders: probe.holders.length }
  const tags = [...tagged.keys()]
  try {
    const { tables, bytes } = takeSnapshot(onProgress)
    return new SnapshotTrace(settleWeakEdges(tables), { tags, probed: findProbe(tables, counts), bytes })
  } finally {
    probe.empty()
  }
}

/** In a frame of its own: what a frame had in its registers stays a root until it returns. */
function probeFor(tagged: ReadonlyMap<number, object>, holders: readonly object[]): HoldfastExactProbe {
  for (const [tag, object] of tagged) {
    if (Object(object) !== object)
      throw new UsageError('not-an-object', 'a primitive has no place in the heap', { tag })
  }
  return new HoldfastExactProbe(tagged.values(), [...holders, holders, tagged])
}
