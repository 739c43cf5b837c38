/** Injects faults, one after the other and several at once, as long as it is told to. */
import { setTimeout as sleep } from 'node:timers/promises'
import { drawFault } from './draw-fault.js'
import type { Fault, FaultContext, FaultKind } from './fault.js'
import type { Outages } from './outages.js'

interface Running {
  readonly fault: Fault
  readonly timer: NodeJS.Timeout
  readonly begun: Promise<unknown>
  ending: Promise<unknown> | null
}

/** Between one and the next, in terms. */
const GAP = { least: 0.2, most: 1.4 }
const MAX_RUNNING = 4
const LAST = 8

export class Injector {
  /** How many of each kind. */
  readonly injected = new Map<FaultKind, number>()
  /** The latest, with the time since the bench has begun. */
  readonly last: string[] = []
  readonly #context: FaultContext
  readonly #outages: Outages
  readonly #log: (line: string) => void
  readonly #running = new Set<Running>()
  /** Drawn, and not possible yet. */
  #next: Fault | null = null

  constructor(context: FaultContext, outages: Outages, log: (line: string) => void) {
    this.#context = context
    this.#outages = outages
    this.#log = log
  }

  get count(): number {
    return [...this.injected.values()].reduce((sum, count) => sum + count, 0)
  }

  /** @returns when it was told to stop, and all is whole again */
  async run(signal: AbortSignal): Promise<void> {
    const { random, term } = this.#context.parts
    while (!signal.aborted) {
      const gap = term * (GAP.least + (GAP.most - GAP.least) * random.fraction())
      await sleep(gap, undefined, { signal }).catch(() => {})
      this.#next ??= drawFault(this.#context)
      while (!signal.aborted && !this.#isPossible(this.#next)) await sleep(term / 20)
      if (signal.aborted) break
      this.#begin(this.#next)
      this.#next = null
    }
    await this.heal()
  }

  /** Ends whatever is still going on. */
  async heal(): Promise<void> {
    await Promise.all([...this.#running].map((running) => this.#end(running)))
  }

  #isPossible({ touched, pairs, ms }: Fault): boolean {
    const { term } = this.#context.parts
    if (this.#running.size >= MAX_RUNNING) return false
    const isBusy = [...this.#running].some(({ fault }) => fault.touched.some((name) => touched.includes(name)))
    // Until the other side is back: half a term more.
    return !isBusy && this.#outages.mayBe(pairs, performance.now(), ms + term / 2)
  }

  #begin(fault: Fault): void {
    const { kind, what, pairs, ms } = fault
    this.#outages.add(pairs, performance.now(), ms + this.#context.parts.term / 2)
    this.injected.set(kind, (this.injected.get(kind) ?? 0) + 1)
    const line = `${kind}: ${what}${ms === 0 ? '' : `, for ${ms} ms`}`
    this.#log(line)
    this.last.push(line)
    if (this.last.length > LAST) this.last.shift()
    const begun = Promise.resolve(fault.begin())
    const timer = setTimeout(() => void this.#end(running), ms)
    const running: Running = { fault, timer, begun, ending: null }
    this.#running.add(running)
  }

  #end(running: Running): Promise<unknown> {
    const { fault, timer, begun } = running
    clearTimeout(timer)
    running.ending ??= begun
      .then(() => fault.end())
      .finally(() => {
        this.#outages.extend(fault.pairs, performance.now())
        this.#running.delete(running)
      })
    return running.ending
  }
}
