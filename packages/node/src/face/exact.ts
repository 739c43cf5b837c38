/**
 * Makes garbage of ordinary objects and functions known to the collector, and tells what keeps one: V8 is asked.
 *
 * Invariant: what was asked about is told the answer in the macrotask in which V8 gave it, and in any case.
 */
import type { ManagedHeap, Unreachable } from '@holdfast/heap/managed'
import type { Handle } from '@holdfast/heap/object-heap'

/** What an exact trace found. */
export interface ExactOutcome {
  /** Objects and remote objects that were asked about: all of this node that were alive. */
  readonly objects: number
  /** Those that no code of this thread can get at: only what other nodes hold, or nothing at all, leads to them. */
  readonly unreachable: number
  /** What V8 wrote. */
  readonly snapshotBytes: number
}

export interface ExactOptions {
  /** Told while V8 writes. @param bytes so far */
  readonly onProgress?: (bytes: number) => void
}

export interface ExactContext {
  readonly managed: ManagedHeap
  /** Lets go of what V8 finds dead without being asked. */
  readonly collect: () => Promise<void>
}

export class ExactTracing {
  readonly #context: ExactContext
  #running: Promise<ExactOutcome> | null = null

  constructor(context: ExactContext) {
    this.#context = context
  }

  /** One for all who ask meanwhile. @throws UsageError `unsupported` */
  trace(options: ExactOptions): Promise<ExactOutcome> {
    this.#running ??= this.#trace(options).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /** What keeps an object, as a way from a root. @throws UsageError `unsupported`, `not-an-object` */
  explain(object: object): Promise<string | null> {
    // Not in the frame of an async function: that would keep it.
    return this.#explain(new Map([[0, object]]))
  }

  async #explain(tagged: ReadonlyMap<number, object>): Promise<string | null> {
    const { traceExact } = await import('#exact-tracer')
    const trace = await traceExact({ tagged, holders: this.#context.managed.exactHolders() })
    return trace.explain(0)
  }

  async #trace(options: ExactOptions): Promise<ExactOutcome> {
    const { managed, collect } = this.#context
    const { traceExact } = await import('#exact-tracer')
    await collect()
    const probe = managed.exactProbe()
    const objects = probe.tagged.size
    try {
      const trace = await traceExact({ ...probe, ...options })
      const unreachable = new Map<Handle, readonly Handle[]>()
      for (const handle of probe.tagged.keys()) {
        if (!trace.isReachable(handle)) unreachable.set(handle, trace.referencesOf(handle) as readonly Handle[])
      }
      return { objects, unreachable: managed.applyExact(probe, unreachable), snapshotBytes: trace.snapshotBytes }
    } catch (error) {
      managed.applyExact(probe, NONE)
      throw error
    }
  }
}

const NONE: Unreachable = new Map()
