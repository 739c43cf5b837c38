/**
 * The contract between whoever has a partitioned graph to spread over nodes (the `holdfast` command, the benchmarks, tests)
 * and a cluster that holds it. Types only: a cluster of worker threads and one in this thread implement it.
 */
import type { LeaseOptions } from '@holdfast/lease'

/**
 * What one node is told of the graph: its own objects and their references, nothing else. Labels are the graph's object
 * ids. Structured-clonable; every column has a buffer of its own, so that it can be transferred.
 */
export interface Partition {
  /** Labels of the node's own objects. */
  readonly objects: Uint32Array
  /** The references of `objects[i]` are `targets[offsets[i] .. offsets[i + 1] - 1]`. */
  readonly offsets: Uint32Array
  /** Labels, with repeats. */
  readonly targets: Uint32Array
  /** Per reference: the index of the node that owns the target. */
  readonly owners: Uint8Array
  /** Labels; one entry each hold, with repeats. */
  readonly roots: Uint32Array
}

/** What one node lets go of: one entry a hold (`roots`) or a reference (`sources[i]` → `targets[i]`), labels all. */
export interface Release {
  readonly roots: Uint32Array
  readonly sources: Uint32Array
  readonly targets: Uint32Array
}

/** Entries in the reference tables. */
export interface TableSizes {
  readonly exports: number
  readonly imports: number
  readonly pins: number
}

/** Protocol traffic; bytes are payload bytes of frames. */
export interface Traffic {
  readonly messages: number
  readonly bytes: number
  readonly frames: number
}

/** What a round of coordinated tracing came to. */
export interface CollectionRound {
  /** Suspects that the nodes reported. */
  readonly suspects: number
  /** Exports that owners removed on the verdict. */
  readonly condemned: number
  /** Nodes whose report did not come: what they hold stays. */
  readonly missing: readonly string[]
  /** Sweeps that an owner refused because a stamp had moved: must never happen. */
  readonly alarms: number
}

/** How a cluster is to be. */
export interface GraphClusterOptions {
  /** How many nodes hold objects, 1 to 16. */
  readonly nodes: number
  /** `message-port`: each node a worker thread; `memory`: all nodes in this thread over a network that may lose frames. */
  readonly transport: 'message-port' | 'memory'
  /** What the coordinator's collage is built on. */
  readonly graph: 'graphology' | 'compact' | 'auto'
  /** Share of frames that the memory transport loses, 0 ≤ loss < 1. */
  readonly loss: number
  /** Of all chance in the cluster. */
  readonly seed: number
  /** Index of the node that coordinates; absent: a node of its own in this thread that holds no objects. */
  readonly coordinator?: number
  /** Worker threads only: collect small graphs first, so that V8 has compiled the collector when the real work comes. */
  readonly rehearse?: boolean
  /** Of all nodes alike. Default: 5 s for worker threads, half a minute (of virtual time) in memory. */
  readonly lease?: LeaseOptions
  /** The coordinator is lost after the first report of the first round and another node takes over. */
  readonly replaceCoordinator?: boolean
}

/** N nodes that hold a partitioned graph and a coordinator; in worker threads or in this thread. */
export interface GraphCluster {
  readonly size: number
  /** Indexes of the nodes that were terminated, ascending. */
  readonly gone: readonly number[]
  /** Builds; every cross-partition reference is held as a remote reference afterwards. */
  load(partitions: readonly Partition[]): Promise<void>
  /** Lets go; nothing is collected by this call itself. */
  release(releases: readonly Release[]): Promise<void>
  /** Local collections and reference listing, until nothing more is freed and no message is under way. */
  settle(): Promise<void>
  /** One round of coordinated tracing and everything that follows from it, until quiet. */
  collectCycles(): Promise<CollectionRound>
  /**
   * Stops a node wherever it is, as a crash would: the others are told nothing. The cluster goes on without it, and so it does with one
   * that has crashed by itself. Idempotent.
   */
  terminate(index: number): Promise<void>
  /** Waits until leases have let go of all that nodes held that are gone, and of what was held from them; then until quiet. */
  settleLeases(): Promise<void>
  /** Labels whose handles still resolve, asked of every node's heap. */
  survivors(): Promise<Uint32Array>
  /** Summed over all nodes that are there, coordinator included. */
  tables(): Promise<TableSizes>
  /** Since the start, summed over all nodes; of one that is gone, what was known when last asked. */
  traffic(): Promise<Traffic>
  /** Idempotent; no thread is left. */
  close(): Promise<void>
}
