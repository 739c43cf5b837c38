/** How a cluster is to be, as its user says it and complete. */
import { nodeId, UsageError } from '@holdfast/core'
import type { LeaseOptions } from '@holdfast/lease'
import type { NodeOptions } from '@holdfast/node'
import { nodeNames } from '../names.js'
import { THREAD_LEASE } from '../thread-lease.js'

export interface ClusterOptions {
  /** URL of the module that every worker runs; it exports a `WorkerModule` by default. */
  readonly module: URL | string
  /** The workers' nodes by name: different from each other and from the main thread's. */
  readonly names?: readonly string[]
  /** Instead of names: how many workers, called `node-0`, `node-1`, … */
  readonly nodes?: number
  /** Of the node of this thread, whose name is `main` unless told; `assignable`, `garbage`, `quota` and `reconnectMs` hold for the workers' too. */
  readonly node?: Partial<Omit<NodeOptions, 'coordinator'>>
  /** Of all nodes alike. Default: a term of 5 s, a drift of 0.01. */
  readonly lease?: Partial<LeaseOptions>
}

/** What all nodes have alike, and can be sent to a thread. */
const SHARED = ['assignable', 'coordinator', 'garbage', 'lease', 'quota', 'reconnectMs'] as const

export type SharedNodeOptions = Pick<NodeOptions, (typeof SHARED)[number]>

export interface CompleteClusterOptions {
  readonly module: string
  readonly names: readonly string[]
  readonly node: NodeOptions & { readonly coordinator: string; readonly lease: LeaseOptions }
}

/** @throws UsageError `bad-cluster`; ProtocolError `bad-id` */
export function completeOptions(options: ClusterOptions): CompleteClusterOptions {
  const { module, nodes, node = {} } = options
  const lease = { ...THREAD_LEASE, ...node.lease, ...options.lease }
  const names = options.names ?? (nodes === undefined ? [] : nodeNames(nodes))
  const id = node.id ?? 'main'
  if (names.length === 0 || new Set([id, ...names]).size <= names.length) {
    throw new UsageError('bad-cluster', 'a cluster has one worker or more, each with a name of its own', { id, names })
  }
  for (const name of [id, ...names]) nodeId(name)
  return { module: String(module), names, node: { ...node, id, lease, coordinator: id } }
}

/** What the workers' nodes are to have of the options of this thread's. */
export function sharedOptions(node: NodeOptions): SharedNodeOptions {
  return Object.fromEntries(SHARED.filter((key) => node[key] !== undefined).map((key) => [key, node[key]]))
}
