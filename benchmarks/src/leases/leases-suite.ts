/** Object leases beside a timer for each: renewals a second, and bytes. */
import { assert, instant, Random } from '@holdfast/core'
import { type Contender, compare } from '../measure/compare.js'
import { weigh } from '../measure/memory.js'
import { formatSpread } from '../measure/statistics.js'
import type { Cell, Suite, Table } from '../suite.js'
import { type LeaseKeeper, RefreshedTimers, RestartedTimers, TableLeases } from './lease-keeper.js'

const SIZES = [10_000, 100_000, 1_000_000] as const
const QUICK_SIZES = [10_000, 1_000_000] as const
/** Renewals of one run. */
const RENEWALS = 100_000

/** To be reached with a million. */
const BAR = { renewalsPerSecond: 5e6, bytes: 60 } as const

const KEEPERS = [
  { name: 'timer, refreshed', create: () => new RefreshedTimers() },
  { name: 'timer, set anew', create: () => new RestartedTimers() },
  { name: 'ObjectLeases', create: () => new TableLeases() },
] as const

export const leasesSuite: Suite = {
  async run({ quick, progress }) {
    const sizes = quick ? QUICK_SIZES : SIZES
    // All of these before the first clock: what timing leaves behind would be weighed, too.
    const weights: number[][] = []
    for (const leases of sizes) {
      progress(`weighing ${leases} leases`)
      const ofSize: number[] = []
      for (const { create } of KEEPERS) ofSize.push(await bytesPerLease(create, leases))
      weights.push(ofSize)
    }
    const measured = sizes.map((leases, index) => {
      progress(`renewing ${leases} leases`)
      return measure({ leases, weights: weights[index], quick })
    })
    return [leasesTable(measured)]
  },
}

/** One size, all keepers. */
interface Measured {
  readonly leases: number
  readonly rows: readonly (readonly Cell[])[]
  readonly ours: { readonly renewalsPerSecond: number; readonly bytes: number }
}

async function bytesPerLease(create: () => LeaseKeeper, leases: number): Promise<number> {
  let built = 0
  const { value, bytes } = await weigh(() => {
    const keeper = create()
    for (let object = 0; object < leases; object++) keeper.acquire(object)
    // The first one is built for its code alone, and timers would keep it.
    if (built++ === 0) keeper.clear()
    return keeper
  }, 1)
  assert(value.size === leases, 'every lease is kept', { size: value.size })
  value.clear()
  return bytes / leases
}

function measure(given: { leases: number; weights: readonly number[]; quick: boolean }): Measured {
  const { leases, weights, quick } = given
  const keepers = KEEPERS.map(({ create }) => create())
  const contenders = keepers.map((keeper, index) => contender(KEEPERS[index].name, keeper, leases))
  const compared = compare(contenders, quick ? { rounds: 5, timeMs: 50 } : { rounds: 9, timeMs: 300 })
  for (const keeper of keepers) {
    assert(keeper.size === leases, 'no lease has ended', { size: keeper.size })
    keeper.clear()
  }
  const rate = (ms: number): number => (RENEWALS / ms) * 1000
  const rows = compared.map(({ name, ms, ratio }, index): Cell[] => {
    return [leases, name, rate(ms.median) / 1e6, formatSpread(ratio), weights[index]]
  })
  const last = KEEPERS.length - 1
  return { leases, rows, ours: { renewalsPerSecond: rate(compared[last].ms.median), bytes: weights[last] } }
}

/** Renews leases that are chosen at random beforehand, so that memory is read as an owner with many holders reads it. */
function contender(name: string, keeper: LeaseKeeper, leases: number): Contender {
  const ids = Float64Array.from({ length: leases }, (_, object) => keeper.acquire(object))
  const random = new Random(leases)
  const order = Float64Array.from({ length: 1_000_000 }, () => ids[random.below(leases)])
  let from = 0
  const run = (): void => {
    const now = instant(performance.now())
    for (let at = from; at < from + RENEWALS; at++) keeper.renew(order[at], now)
    from = (from + RENEWALS) % order.length
  }
  return { name, run }
}

function leasesTable(measured: readonly Measured[]): Table {
  return {
    title: 'Leases: renewals of leases chosen at random',
    columns: [
      { name: 'leases' },
      { name: 'kept by' },
      { name: 'M renewals/s', digits: 1 },
      { name: '× timer, refreshed' },
      { name: 'B/lease' },
    ],
    rows: measured.flatMap(({ rows }) => rows),
    notes: [
      'Each renewal goes through the public method; the clock is read once a turn, as Node reads it for timers. × is of the time.',
      'Timers lie in a Map by id. Bytes are on the heap and in array buffers, between forced collections.',
      barNote(measured[measured.length - 1]),
    ],
  }
}

function barNote({ leases, ours }: Measured): string {
  const isReached = ours.renewalsPerSecond >= BAR.renewalsPerSecond && ours.bytes <= BAR.bytes
  const bar = `the bar of ${BAR.renewalsPerSecond / 1e6} M renewals/s and ${BAR.bytes} bytes a lease`
  return `With ${leases.toLocaleString('en-US')} leases ${bar} is ${isReached ? 'reached' : 'missed'}. Columns double as they grow.`
}
