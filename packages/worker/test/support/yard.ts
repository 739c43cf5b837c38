/** The yards of `fixtures/yard.mjs`, as the main thread sees them. */
import { setImmediate as macrotask, setTimeout as sleep } from 'node:timers/promises'
import type { Managed } from '@holdfast/heap/managed'
import type { Future, Remote } from '@holdfast/node'
import { Cluster, type ClusterOptions } from '@holdfast/worker'
import { afterEach } from 'vitest'

/** Of the workers' own; here only its type is known. */
export declare class Peer extends Managed {
  watch(): void
  meet(peer: unknown): void
  add(more: number): number
  readonly peer: Peer | null
}

export interface Yard {
  threadId(): number
  make(): Peer
  left(): Promise<number>
  keep(name: string, remote: unknown): void
  kept(name: string): Peer
  letGo(name: string): boolean
  add(name: string, more: number): Promise<number>
  tables(): { exports: number; imports: number; pins: number }
  peers(): string[]
  pump(name: string, ms: number): Promise<number[]>
  passOn(from: string, to: string): Promise<void>
  watch(name: string): void
  told(): string[]
  attempt(name: string): Promise<number | string>
  waitFor(other: string): Promise<{ code: string; ms: number }>
  hold(peer: unknown): Promise<number>
  release(): void
  collectGarbage(): Promise<void>
  never(): Promise<never>
  exit(): void
  answerAndFail(): string
  fail(): void
  spin(): void
}

export const yardModule = new URL('../fixtures/yard.mjs', import.meta.url)

/** A lease that is over soon, and not too soon for a busy machine: what a dead worker held goes 12 terms after it was last heard of. */
export const shortLease = { term: 400, drift: 0.01 }

export interface YardCluster {
  start(options?: Partial<ClusterOptions>): Promise<Cluster>
}

/** Starts clusters, and closes them after each test. */
export function useYards(): YardCluster {
  let cluster: Cluster | null = null
  afterEach(async () => {
    await cluster?.close()
    cluster = null
  })
  return {
    async start(options = {}) {
      cluster = await Cluster.start({ module: yardModule, names: ['east', 'west'], node: { rounds: null }, ...options })
      return cluster
    },
  }
}

export const yardOf = (cluster: Cluster, name: string): Future<Remote<Yard>> => cluster.lookup<Yard>(name, 'yard')

/** Forces V8 to collect this thread's heap, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  for (let pass = 0; pass < 2; pass++) {
    await macrotask()
    ;(globalThis as unknown as { gc: () => void }).gc()
    await macrotask()
  }
}

/** Asks again when the session with a worker has ended: a short lease may end it on a busy machine. */
export async function insist<T>(ask: () => PromiseLike<T>): Promise<T> {
  for (let tries = 20; ; tries--) {
    try {
      return await ask()
    } catch (error) {
      if (tries === 0 || (error as { code?: unknown }).code !== 'session-ended') throw error
    }
  }
}

/** Asks until the answer is as expected, or time is up. @returns the last answer */
export async function settled<T>(expected: T, ask: () => PromiseLike<T>, patience = 10_000): Promise<T> {
  const begun = performance.now()
  for (;;) {
    const answer = await insist(ask)
    if (JSON.stringify(answer) === JSON.stringify(expected) || performance.now() - begun > patience) return answer
    await sleep(20)
  }
}

/** What a call rejects with, and after how long. */
export async function rejection(promise: PromiseLike<unknown>): Promise<{ error: unknown; ms: number }> {
  const begun = performance.now()
  const error = await Promise.resolve(promise).then(
    (value) => ({ resolved: value }),
    (reason: unknown) => reason,
  )
  return { error, ms: performance.now() - begun }
}
