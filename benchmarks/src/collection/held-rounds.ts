import { type GraphCluster, startGraphCluster } from '@holdfast/worker'
import { median } from '../measure/statistics.js'
import { timeOnce } from '../measure/time-runs.js'
import type { Variant } from '../suite.js'
import { ringPartitions } from './ring.js'

const ROUNDS = 50

/** Rounds over the shortest ring there is, two hops on two workers, while it is held: nothing that collects cycles can be shorter. */
export async function startHeldRounds(metric: string): Promise<Variant> {
  const cluster: GraphCluster = await startGraphCluster({
    nodes: 2,
    transport: 'message-port',
    graph: 'compact',
    loss: 0,
    seed: 1,
  })
  await cluster.load(ringPartitions(2, 2))
  return {
    async round() {
      const times: number[] = []
      while (times.length < ROUNDS) times.push(await timeOnce(() => cluster.collectCycles()))
      return { [metric]: median(times) }
    },
    close: () => cluster.close(),
  }
}
