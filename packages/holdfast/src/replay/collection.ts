/**
 * Lets go and collects: reference listing first, to quiescence, then rounds of tracing until one frees nothing. Who freed
 * what is observed by asking the heaps between the two, not worked out.
 *
 * The clock and the traffic count run from the release to the last sweep. Asking the heaps for their survivors stands
 * outside the clock: it is the observer's doing, and the nodes are quiet meanwhile. So does the last round, the one that
 * frees nothing: only an observer who wants to be sure needs it, and the garbage is gone before it starts. Every
 * other round counts, also one in vain that a later one follows.
 */
import type { CollectionRound, GraphCluster, Release, TableSizes } from '@holdfast/worker'

/** The collectors that can take part. */
export const COLLECTORS = ['refcount', 'tracing'] as const
export type CollectorName = (typeof COLLECTORS)[number]

/** What to let go of and who collects. */
export interface CollectionPlan {
  readonly releases: readonly Release[]
  readonly collectors: readonly CollectorName[]
  /** How many objects are there before. */
  readonly objects: number
  /** A coordinator that is lost in the first round may take all of it along: that round in vain ends nothing. */
  readonly replaceCoordinator?: boolean
}

/** What came of it. */
export interface Collection {
  readonly survivors: Uint32Array
  /** Objects gone after reference listing (and the local collections that go with it), and after tracing. */
  readonly freedBy: { readonly refcount: number; readonly tracing: number }
  /** What is left in the reference tables. */
  readonly tables: TableSizes
  /** Rounds of tracing up to the last that freed anything. */
  readonly rounds: number
  readonly messages: number
  /** On the wire. */
  readonly bytes: number
  readonly collectMs: number
  /** Nodes whose report did not come in some round: what they hold stays. */
  readonly missing: readonly string[]
  /** Refused sweeps: must be 0. */
  readonly alarms: number
}

/** A bound on a cluster that condemns for ever and frees nothing; what is left over then counts as missed. */
const MAX_ROUNDS = 1000

/** Runs a collection to its end. The cluster must be quiet before and is afterwards. */
export async function collect(cluster: GraphCluster, plan: CollectionPlan): Promise<Collection> {
  const before = await cluster.traffic()
  let collectMs = await timed(() => cluster.release(plan.releases))
  if (plan.collectors.includes('refcount')) collectMs += await timed(() => cluster.settle())
  let after = await cluster.traffic()
  let survivors = await cluster.survivors()
  // Without reference listing all that is freed is tracing's, what each node frees by itself included.
  const listed = plan.collectors.includes('refcount') ? plan.objects - survivors.length : 0
  let alarms = 0
  const missing = new Set<string>()
  let rounds = 0
  if (plan.collectors.includes('tracing')) {
    let waiting = 0
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      let outcome: CollectionRound = { suspects: 0, condemned: 0, missing: [], alarms: 0 }
      waiting += await timed(async () => {
        outcome = await cluster.collectCycles()
      })
      alarms += outcome.alarms
      for (const name of outcome.missing) missing.add(name)
      const traffic = await cluster.traffic()
      const left = await cluster.survivors()
      const inVain = outcome.condemned === 0 && left.length === survivors.length
      survivors = left
      if (inVain && !(plan.replaceCoordinator === true && round === 1)) break
      if (inVain) continue
      collectMs += waiting
      waiting = 0
      rounds = round
      after = traffic
    }
  }
  return {
    survivors,
    freedBy: { refcount: listed, tracing: plan.objects - survivors.length - listed },
    tables: await cluster.tables(),
    rounds,
    messages: after.messages - before.messages,
    bytes: after.bytes - before.bytes,
    collectMs,
    missing: [...missing],
    alarms,
  }
}

/** How long something takes, in ms. */
async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
