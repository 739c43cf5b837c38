export { Cluster } from './cluster.js'
export type { GraphChoice } from './graph-choice.js'
export type {
  CollectionRound,
  GraphCluster,
  GraphClusterOptions,
  Partition,
  Release,
  TableSizes,
  Traffic,
} from './graph-cluster.js'
export { MemoryCluster } from './memory-cluster.js'
export { startCluster } from './start-cluster.js'
export { WorkerGoneError } from './worker-control.js'
