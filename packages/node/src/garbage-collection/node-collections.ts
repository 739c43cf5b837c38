/**
 * V8's major collections in Node: how to force one, how to hear of those that come by themselves. Chosen as `#collections` by the package's
 * `imports`; what other platforms get has the same names (`browser-collections.ts`).
 */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { exposedCollection } from './exposed-collection.js'

/** Threads that start together switch the flag, which is the whole process's, for and against each other. */
const ATTEMPTS = 20

/**
 * What forces a major collection of this thread's heap; null where that is not possible. Ask once: each answer may keep a context of 150 kB.
 * The collection takes about 1 ms for each MB of the heap, and clears WeakRefs whose targets this job has neither made nor read.
 */
export function forcedCollection(): (() => void) | null {
  return exposedCollection() ?? hiddenCollection()
}

/** Only contexts that are made while the flag is set have the function; no other program shall see it. */
function hiddenCollection(): (() => void) | null {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('globalThis.gc') as (() => void) | undefined
    setFlagsFromString('--no-expose-gc')
    if (gc !== undefined) return gc
  }
  return null
}

/**
 * Watches this thread's major collections, those that were forced left out.
 * @param onNatural called some time after each, or after several
 * @returns stops watching
 */
export function watchCollections(onNatural: () => void): () => void {
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(isNatural)) onNatural()
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}

/** What entries of collections say of themselves; the types of Node do not know it. */
type CollectionEntry = PerformanceEntry & { readonly detail?: { readonly kind?: number; readonly flags?: number } }

const { NODE_PERFORMANCE_GC_MAJOR: MAJOR, NODE_PERFORMANCE_GC_FLAGS_FORCED: FORCED } = constants

const isNatural = ({ detail: { kind = 0, flags = 0 } = {} }: CollectionEntry): boolean =>
  kind === MAJOR && (flags & FORCED) === 0

/** Runs a job in a macrotask of its own, soon: what another job read by a WeakRef is not kept through it. */
export function inOwnTask(job: () => void): void {
  setImmediate(job)
}
