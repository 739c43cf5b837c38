import type { GraphCluster, GraphClusterOptions } from '@holdfast/worker'
import { abortReason } from './abort-reason.js'
import type { Surroundings } from './surroundings.js'

/**
 * Starts a cluster, uses it, and closes it whatever happens: result, error or abort.
 * @throws what starting or using throws; the signal's reason when aborted
 */
export function withCluster<T>(
  { createCluster, signal }: Surroundings,
  options: GraphClusterOptions,
  use: (cluster: GraphCluster) => Promise<T>,
): Promise<T> {
  return withClosable(signal, () => createCluster(options), use)
}

/** The same for anything that is to be closed. */
export async function withClosable<C extends { close(): Promise<void> }, T>(
  signal: AbortSignal | undefined,
  start: () => Promise<C>,
  use: (closable: C) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const closable = await start()
  try {
    signal?.throwIfAborted()
    return await orAborted(use(closable), signal)
  } finally {
    await closable.close()
  }
}

/** A call to a node that is being closed may never settle, so waiting has to end by itself. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(abortReason(signal))
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
