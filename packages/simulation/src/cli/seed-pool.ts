/** Runs series of seeds on worker threads, each its own; hands out the results as they come. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { SearchOptions, SearchResult } from '../search.js'

/** Seeds a worker gets at a time: some seconds of work at most, so that progress shows and an end is soon. */
export const SERIES = 100

export interface PoolOptions {
  readonly jobs: number
  /** The next series, or null when there are no more. */
  readonly next: () => SearchOptions | null
  readonly onResult: (result: SearchResult) => void
}

/** Runs until there are no more series. @throws what a worker throws, which is a bug of ours */
export async function runPool({ jobs, next, onResult }: PoolOptions): Promise<void> {
  const workers = Array.from({ length: jobs }, () => new Worker(new URL('./seed-worker.js', import.meta.url)))
  try {
    await Promise.all(workers.map((worker) => feed(worker, { next, onResult })))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

async function feed(worker: Worker, { next, onResult }: Omit<PoolOptions, 'jobs'>): Promise<void> {
  for (let series = next(); series !== null; series = next()) {
    worker.postMessage(series)
    // An error of the worker rejects this.
    const [result] = (await once(worker, 'message')) as [SearchResult]
    onResult(result)
  }
}
