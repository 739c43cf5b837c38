import type { GraphCluster, GraphClusterOptions } from './graph-cluster.js'
import { MemoryCluster } from './memory-cluster.js'
import { ThreadCluster } from './thread-cluster.js'

/** Starts a cluster on the transport asked for. @throws WorkerGoneError */
export function startGraphCluster(options: GraphClusterOptions): Promise<GraphCluster> {
  return options.transport === 'memory' ? MemoryCluster.start(options) : ThreadCluster.start(options)
}
