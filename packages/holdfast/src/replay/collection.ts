/**
 * Lets go and collects: reference listing first, to quiescence; where nodes were killed, then the wait for their leases; then
 * rounds of tracing until one frees nothing. Who freed what is observed by asking the heaps in between, not worked out.
 *
 * Nodes are killed when all have let go and none has told another: what they let go of they hold until their leases end.
 *
 * The clock and the traffic count run from the release to the last sweep. Asking the heaps for their survivors stands
 * outside the clock: it is the observer's doing, and the nodes are quiet meanwhile. So does the last round, the one that
 * frees nothing: only an observer who wants to be sure needs it, and the garbage is gone before it starts. Every
 * other round counts, also one in vain that a later one follows. Waiting for leases is timed by itself.
 */
import type { GraphCluster, Release, TableSizes, Traffic } from '@holdfast/worker'

/** The collectors that can take part. */
export const COLLECTORS = ['refcount', 'tracing'] as const
export type CollectorName = (typeof COLLECTORS)[number]

/** What to let go of and who collects. */
export interface CollectionPlan {
  readonly releases: readonly Release[]
  readonly collectors: readonly CollectorName[]
  /** How many objects are there before. */
  readonly objects: number
  /** Nodes that vanish after the release, by index, and how many objects they own. */
  readonly kill?: { readonly nodes: readonly number[]; readonly objects: number }
  /** A coordinator that is lost in the first round may take all of it along: that round in vain ends nothing. */
  readonly replaceCoordinator?: boolean
}

/** How many objects went in each phase. */
export interface FreedBy {
  /** Reference listing, and the local collections that go with it. */
  readonly refcount: number
  /** The end of leases of nodes that were killed, and the reference listing that follows from it. */
  readonly lease: number
  /** Coordinated tracing, and all that follows from it. */
  readonly tracing: number
}

/** What came of it. */
export interface Collection {
  readonly survivors: Uint32Array
  /** Objects of nodes that are left, gone by the end of each phase. */
  readonly freedBy: FreedBy
  /** What is left in the reference tables. */
  readonly tables: TableSizes
  /** Rounds of tracing up to the last that freed anything. */
  readonly rounds: number
  readonly messages: number
  /** On the wire. */
  readonly bytes: number
  readonly collectMs: number
  /** How long it took until the leases of killed nodes had run out and all that fell with them was gone. */
  readonly leaseMs: number
  /** Nodes whose report did not come in some round: what they hold stays. */
  readonly missing: readonly string[]
  /** Refused sweeps: must be 0. */
  readonly alarms: number
}

/** A bound on a cluster that condemns for ever and frees nothing; what is left over then counts as missed. */
const MAX_ROUNDS = 1000
/** A bound on rounds in a row that free nothing and in which somebody is missing. */
const MAX_ROUNDS_IN_VAIN = 20

/** Runs a collection to its end. The cluster must be quiet before and is afterwards. */
export async function collect(cluster: GraphCluster, plan: CollectionPlan): Promise<Collection> {
  const before = await cluster.traffic()
  const lists = plan.collectors.includes('refcount')
  let collectMs = await timed(() => cluster.release(plan.releases))
  for (const index of plan.kill?.nodes ?? []) await cluster.terminate(index)
  if (lists) collectMs += await timed(() => cluster.settle())
  const listed = await cluster.survivors()
  const leaseMs = plan.kill === undefined ? 0 : await timed(() => cluster.settleLeases())
  const leased = plan.kill === undefined ? listed : await cluster.survivors()
  const after = await cluster.traffic()
  const traced = plan.collectors.includes('tracing')
    ? await trace(cluster, plan, leased)
    : { survivors: leased, after, rounds: 0, ms: 0, missing: [], alarms: 0 }
  const objects = plan.objects - (plan.kill?.objects ?? 0)
  // Without reference listing all that is freed is tracing's, what each node frees by itself included.
  const refcount = lists ? objects - listed.length : 0
  const lease = lists ? listed.length - leased.length : 0
  const { survivors, rounds, missing, alarms } = traced
  return {
    survivors,
    freedBy: { refcount, lease, tracing: objects - survivors.length - refcount - lease },
    tables: await cluster.tables(),
    rounds,
    messages: (rounds > 0 ? traced.after : after).messages - before.messages,
    bytes: (rounds > 0 ? traced.after : after).bytes - before.bytes,
    collectMs: collectMs + traced.ms,
    leaseMs,
    missing,
    alarms,
  }
}

/** What rounds of tracing came to. */
interface Traced {
  readonly survivors: Uint32Array
  /** The traffic after the last round that freed anything. */
  readonly after: Traffic
  readonly rounds: number
  readonly ms: number
  readonly missing: readonly string[]
  readonly alarms: number
}

async function trace(cluster: GraphCluster, plan: CollectionPlan, before: Uint32Array): Promise<Traced> {
  let survivors = before
  let after: Traffic = { messages: 0, bytes: 0, frames: 0 }
  let rounds = 0
  let ms = 0
  let waiting = 0
  let inVain = 0
  let alarms = 0
  const missing = new Set<string>()
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const startedAt = performance.now()
    const outcome = await cluster.collectCycles()
    waiting += performance.now() - startedAt
    alarms += outcome.alarms
    for (const name of outcome.missing) missing.add(name)
    const traffic = await cluster.traffic()
    const left = await cluster.survivors()
    const isInVain = outcome.condemned === 0 && left.length === survivors.length
    survivors = left
    inVain = isInVain ? inVain + 1 : 0
    // In vain, and yet not the last: another round may have what this one lacked.
    const lacked = outcome.missing.length > 0 || (plan.replaceCoordinator === true && round === 1)
    if (isInVain && (!lacked || inVain > MAX_ROUNDS_IN_VAIN)) break
    if (isInVain) continue
    ms += waiting
    waiting = 0
    rounds = round
    after = traffic
  }
  return { survivors, after, rounds, ms, missing: [...missing], alarms }
}

/** How long something takes, in ms. */
async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
