import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { Pauses } from '../measure/pauses.js'
import { createHolder, type Holder, type ReferenceSystemName } from './reference-system.js'
import type { WireCount } from './wire-count.js'

/** What the owner's thread can be asked for. */
export interface Answers {
  /** Live on its heap. */
  readonly bytes: number
  readonly held: number | null
  readonly posted: WireCount
  /** Objects that were made and are still there. */
  readonly living: number
  /** What an object weighs by itself. */
  readonly itemBytes: number
  readonly collect: null
  readonly watch: null
  readonly pauses: Pauses
}
export type Question = keyof Answers

/** The owner of objects in a thread of its own, and a holder in this one. */
export class OwnerThread {
  readonly holder: Holder
  readonly #worker: Worker

  private constructor(holder: Holder, worker: Worker) {
    this.holder = holder
    this.#worker = worker
  }

  /** @param isWatched whether objects and posts are counted, which is slow */
  static async start(
    system: ReferenceSystemName,
    { isWatched }: { readonly isWatched: boolean },
  ): Promise<OwnerThread> {
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(new URL('./owner-worker.js', import.meta.url), {
      workerData: { system, port: port2, isWatched },
      transferList: [port2],
    })
    const holder = await createHolder(system)
    // Either may wait for the other.
    await Promise.all([once(worker, 'message'), holder.connect(port1)])
    return new OwnerThread(holder, worker)
  }

  /** One question at a time. @param count for those that are about a number of objects */
  async ask<Name extends Question>(question: Name, count = 0): Promise<Answers[Name]> {
    const answered = once(this.#worker, 'message')
    this.#worker.postMessage({ question, count })
    const [answer] = (await answered) as [Answers[Name]]
    return answer
  }

  /** Makes references with so many calls in flight and puts them into a list that is there already. */
  async fill(list: unknown[], inFlight: number): Promise<void> {
    for (let made = 0; made < list.length; made += inFlight) {
      const calls = Array.from({ length: Math.min(inFlight, list.length - made) }, () => this.holder.make())
      for (const [place, reference] of (await Promise.all(calls)).entries()) list[made + place] = reference
    }
  }

  /** Resolves when the owner keeps nothing any more, as far as it knows. @throws Error when it still does after ten seconds */
  async released(): Promise<void> {
    const startedAt = performance.now()
    for (let held = await this.ask('held'); held !== null && held > 0; held = await this.ask('held')) {
      if (performance.now() - startedAt > 10_000) throw new Error(`${held} references were not let go of`)
      await new Promise((resolve) => setTimeout(resolve, 1))
      await this.holder.collect()
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
