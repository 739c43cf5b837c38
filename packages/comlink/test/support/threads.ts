/** Worker threads that end with their test. */
import { Worker } from 'node:worker_threads'
import { afterEach } from 'vitest'

export function useThreads(): (fixture: string, workerData?: unknown) => Worker {
  const workers: Worker[] = []
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
  })
  return (fixture, workerData) => {
    const worker = new Worker(new URL(`../fixtures/${fixture}.mjs`, import.meta.url), { workerData })
    workers.push(worker)
    return worker
  }
}

/** What a promise rejects with. */
export function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    (value) => ({ resolved: value }),
    (error: unknown) => error,
  )
}
