import { UsageError } from '@holdfast/core'
import { actors } from './actors.js'
import { bulkDrop } from './bulk-drop.js'
import { chains } from './chains.js'
import { comersAndGoers } from './comers-and-goers.js'
import { gambits } from './gambits.js'
import { heapSlice } from './heap-slice.js'
import { hubs } from './hubs.js'
import { idleStructure } from './idle-structure.js'
import { meshes } from './meshes.js'
import { misbehavingPeer } from './misbehaving-peer.js'
import { mutators } from './mutators.js'
import { publishSubscribe } from './publish-subscribe.js'
import { rings } from './rings.js'
import type { Workload } from './workload.js'

export const WORKLOADS: readonly Workload[] = [
  mutators,
  rings,
  meshes,
  hubs,
  chains,
  idleStructure,
  actors,
  publishSubscribe,
  comersAndGoers,
  bulkDrop,
  heapSlice,
  gambits,
  misbehavingPeer,
]

/** How often a seed that does not say gets each: the large ones cost more than they find. */
export const SHARES: Readonly<Record<string, number>> = {
  mutators: 10,
  rings: 10,
  meshes: 4,
  hubs: 3,
  chains: 4,
  'idle-structure': 1,
  actors: 6,
  'publish-subscribe': 4,
  'comers-and-goers': 6,
  'bulk-drop': 1,
  'heap-slice': 1,
  'misbehaving-peer': 4,
  gambits: 4,
}

/** @throws UsageError `no-such-workload` */
export function findWorkload(name: string): Workload {
  const workload = WORKLOADS.find((candidate) => candidate.name === name)
  if (workload !== undefined) return workload
  const names = WORKLOADS.map((candidate) => candidate.name).join(', ')
  throw new UsageError('no-such-workload', `there is no workload '${name}'; there are ${names}`)
}
