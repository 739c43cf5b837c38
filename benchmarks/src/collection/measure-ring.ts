import { assert } from '@holdfast/core'
import { type GraphCluster, startGraphCluster } from '@holdfast/worker'
import { timeOnce } from '../measure/time-runs.js'
import { ringPartitions, ringReleases } from './ring.js'

/** One ring's collection. */
export interface RingRun {
  /** A round over the ring while its root still holds it, so that nothing goes. */
  readonly heldRoundMs: number
  /** From the release to the last sweep. */
  readonly collectMs: number
  /** Rounds of tracing until it was gone. */
  readonly rounds: number
  readonly messages: number
  readonly bytes: number
}

/** More rounds than these, and the ring is not being collected. */
const MAX_ROUNDS = 10

/** Starts nodes, lets go of a ring, and waits until it is gone. @throws InvariantError when it stays, or a held one goes */
export function measureRing(hops: number, nodes: number): Promise<RingRun> {
  return withRing({ hops, nodes }, async (cluster) => {
    const heldRoundMs = await timeOnce(() => cluster.collectCycles())
    assert((await cluster.survivors()).length === hops, 'what is held stays', { hops, nodes })
    return { heldRoundMs, ...(await collectRing(cluster, hops)) }
  })
}

async function withRing<T>(
  { hops, nodes }: { hops: number; nodes: number },
  use: (cluster: GraphCluster) => Promise<T>,
): Promise<T> {
  const cluster = await startGraphCluster({ nodes, transport: 'message-port', graph: 'auto', loss: 0, seed: 1 })
  try {
    await cluster.load(ringPartitions(hops, nodes))
    return await use(cluster)
  } finally {
    await cluster.close()
  }
}

async function collectRing(cluster: GraphCluster, hops: number): Promise<Omit<RingRun, 'heldRoundMs'>> {
  const before = await cluster.traffic()
  let collectMs = await timeOnce(async () => {
    await cluster.release(ringReleases(cluster.size))
    await cluster.settle()
  })
  let rounds = 0
  // Asking who is left is the observer's doing and stands outside the clock.
  for (let left = hops; left > 0; left = (await cluster.survivors()).length) {
    assert(rounds < MAX_ROUNDS, 'a ring is collected', { hops, left, nodes: cluster.size })
    collectMs += await timeOnce(() => cluster.collectCycles())
    rounds++
  }
  const after = await cluster.traffic()
  const { exports, imports, pins } = await cluster.tables()
  assert(exports + imports + pins === 0, 'nothing is left in the tables', { exports, imports, pins })
  return {
    collectMs,
    rounds,
    messages: after.messages - before.messages,
    bytes: after.bytes - before.bytes,
  }
}
