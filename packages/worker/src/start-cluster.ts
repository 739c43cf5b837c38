import { Cluster } from './cluster.js'
import type { GraphCluster, GraphClusterOptions } from './graph-cluster.js'
import { MemoryCluster } from './memory-cluster.js'

/** Starts a cluster on the transport asked for. @throws WorkerGoneError */
export function startCluster(options: GraphClusterOptions): Promise<GraphCluster> {
  return options.transport === 'memory' ? MemoryCluster.start(options) : Cluster.start(options)
}
