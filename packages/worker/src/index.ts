export { Cluster, type WorkerGone } from './cluster/cluster.js'
export type { ClusterOptions } from './cluster/cluster-options.js'
export type { WorkerModule } from './cluster/host-face.js'
export type { GraphChoice } from './graph/graph-choice.js'
export type {
  CollectionRound,
  GraphCluster,
  GraphClusterOptions,
  Partition,
  Release,
  TableSizes,
  Traffic,
} from './graph/graph-cluster.js'
export { MemoryCluster } from './graph/memory-cluster.js'
export { startGraphCluster } from './graph/start-graph-cluster.js'
export { ThreadCluster } from './graph/thread-cluster.js'
export { WorkerGoneError } from './worker-control.js'
