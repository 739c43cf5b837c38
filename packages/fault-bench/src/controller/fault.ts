/** What can go wrong, and what a fault is. */
import type { Random } from '@holdfast/core'
import type { NatsServer } from '../network/nats-server.js'
import { VAULT } from '../workload/vault-calls.js'
import type { Cluster } from './cluster.js'
import type { Disk } from './disk.js'
import type { PairList } from './outages.js'
import type { Wires } from './wires.js'

export const FAULT_KINDS = {
  kill: 'SIGKILL to a member, which comes back as a new lifetime',
  'kill durable': 'SIGKILL to the durable node, which goes on from its disk',
  stop: 'SIGSTOP, and SIGCONT within the lease',
  'long stop': 'SIGSTOP, and SIGCONT when the lease is over',
  reset: 'connections reset',
  close: 'connections closed in good order',
  'half open': 'connections of which one end is gone and the other does not know',
  truncate: 'connections cut in the middle of a message',
  delay: 'traffic delayed',
  'black hole': 'traffic lost without a word, both ways',
  'one way': 'traffic lost in one direction',
  isolate: 'one process cut off from all others',
  split: 'two parts of the cluster cut off from each other',
  'full disk': 'the disk of the durable node is full',
  'kill server': 'SIGKILL to the NATS server, which is started again',
  'stop server': 'SIGSTOP to the NATS server, and SIGCONT',
} as const
export type FaultKind = keyof typeof FAULT_KINDS

export interface Fault {
  readonly kind: FaultKind
  /** To whom. */
  readonly what: string
  /** Whoever is touched: no two faults of one process at a time. */
  readonly touched: readonly string[]
  /** Who is out of whose reach meanwhile. */
  readonly pairs: PairList
  readonly ms: number
  begin(): unknown
  end(): unknown
}

export type DrawnFault = Omit<Fault, 'kind'>

export interface FaultParts {
  readonly cluster: Cluster
  readonly wires: Wires
  readonly disk: Disk
  readonly server: NatsServer | null
  readonly term: number
  readonly random: Random
}

/** What faults are drawn from. */
export class FaultContext {
  readonly parts: FaultParts
  /** The members and the durable node. */
  readonly everybody: readonly string[]

  constructor(parts: FaultParts) {
    this.parts = parts
    this.everybody = [...parts.cluster.members, VAULT]
  }

  /** A time, from so many terms to so many, in ms. */
  terms(least: number, most: number): number {
    const { term, random } = this.parts
    return Math.round(term * (least + (most - least) * random.fraction()))
  }

  /** Two of all, the first a member. */
  drawPair(): readonly [string, string] {
    const { random, cluster } = this.parts
    const first = random.pick(cluster.members)
    return [first, random.pick(this.everybody.filter((name) => name !== first))]
  }

  pairsOf(some: readonly string[], others: readonly string[] = this.everybody): PairList {
    return some.flatMap((a) => others.filter((b) => b !== a).map((b) => [a, b] as const))
  }

  /** Who is out of reach when these are cut off from those. */
  apart(some: readonly string[], others: readonly string[]): PairList {
    return this.pairsOf(some, this.parts.wires.isShared ? this.everybody : others)
  }
}
