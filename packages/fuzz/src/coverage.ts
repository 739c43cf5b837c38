/**
 * Which code an input reached, from V8's own counters of blocks (`Profiler.takePreciseCoverage`): no instrumentation, no native
 * module. A look costs about a millisecond, whatever ran since the last, so inputs are looked at in batches.
 */
import { type Profiler, Session } from 'node:inspector'

/** Only the product's own code counts, wherever it was built. */
const OWN = /\/packages\/(?!fuzz\/)[^/]+\/dist\//

export class Coverage {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  /** Starts V8's counters, for the whole thread. */
  start(): void {
    this.#session.connect()
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  stop(): void {
    this.#session.disconnect()
  }

  /** How many blocks were ever reached. */
  get size(): number {
    return this.#seen.size
  }

  /** The blocks that ran since the last look and had not been kept before. O(functions that ran). */
  look(): string[] {
    const fresh: string[] = []
    for (const script of this.#take()) {
      if (!OWN.test(script.url)) continue
      for (const { ranges } of script.functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          const block = `${script.scriptId}:${startOffset}:${endOffset}`
          if (count > 0 && !this.#seen.has(block)) fresh.push(block)
        }
      }
    }
    return fresh
  }

  /** These are known from now on. */
  keep(blocks: readonly string[]): void {
    for (const block of blocks) this.#seen.add(block)
  }

  #take(): Profiler.ScriptCoverage[] {
    let result: Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, reply) => {
      if (error !== null) throw error
      result = reply.result
    })
    return result
  }

  #post(method: 'Profiler.enable' | 'Profiler.startPreciseCoverage', parameters?: object): void {
    this.#session.post(method, parameters, (error) => {
      if (error !== null) throw error
    })
  }
}
