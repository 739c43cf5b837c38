import { assert, instant, Random } from '@holdfast/core'
import { weigh } from '../measure/memory.js'
import { timeRuns } from '../measure/time-runs.js'
import type { Variant } from '../suite.js'
import { type LeaseKeeper, RefreshedTimers, RestartedTimers, TableLeases } from './lease-keeper.js'

export interface ObjectLeaseOptions {
  readonly leases: number
  /** How long a round lasts, in ms. */
  readonly timeMs: number
}

/** Renewals of one run. */
const RENEWALS = 20_000
const WARM_UP_LEASES = 1_000

export const startTableLeases = (options: ObjectLeaseOptions): Promise<Variant> =>
  startKeeper(() => new TableLeases(), options)

export const startRefreshedTimers = (options: ObjectLeaseOptions): Promise<Variant> =>
  startKeeper(() => new RefreshedTimers(), options)

export const startRestartedTimers = (options: ObjectLeaseOptions): Promise<Variant> =>
  startKeeper(() => new RestartedTimers(), options)

async function startKeeper(create: () => LeaseKeeper, { leases, timeMs }: ObjectLeaseOptions): Promise<Variant> {
  // Whoever has a lease knows its name: no part of what keeping it costs.
  const ids = new Float64Array(leases)
  const { value: keeper, bytes } = await weigh(
    () => filled(create(), ids),
    () => filled(create(), new Float64Array(WARM_UP_LEASES)).clear(),
  )
  assert(keeper.size === leases, 'every lease is kept', { size: keeper.size })
  const run = renewing(keeper, ids)
  return {
    round: () => {
      const ms = timeRuns({ run }, timeMs)
      assert(keeper.size === leases, 'no lease has ended', { size: keeper.size })
      return { renewals: (RENEWALS / ms) * 1000, bytes: bytes / leases }
    },
    close: () => keeper.clear(),
  }
}

function filled(keeper: LeaseKeeper, ids: Float64Array): LeaseKeeper {
  for (let object = 0; object < ids.length; object++) ids[object] = keeper.acquire(object)
  return keeper
}

/**
 * Renews leases that are chosen at random beforehand, so that memory is read as an owner with many holders reads it. The clock is read
 * once a run, as Node reads it once a turn for timers.
 */
function renewing(keeper: LeaseKeeper, ids: Float64Array): () => void {
  const random = new Random(ids.length)
  const order = Float64Array.from({ length: 1_000_000 }, () => ids[random.below(ids.length)])
  let from = 0
  return () => {
    const now = instant(performance.now())
    for (let at = from; at < from + RENEWALS; at++) keeper.renew(order[at], now)
    from = (from + RENEWALS) % order.length
  }
}
