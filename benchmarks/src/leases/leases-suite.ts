/** Object leases beside a timer for each; and the lease of a session, which is one for all that is held over it. */
import { flatness } from '../measure/flatness.js'
import type { Case, Suite } from '../suite.js'

const SIZES = [10_000, 100_000, 1_000_000] as const
const QUICK_SIZES = [1_000_000] as const
/** References that one session keeps. */
const HELD = [1, 1_000, 100_000] as const

export const leasesSuite: Suite = {
  cases: ({ quick }) => [...(quick ? QUICK_SIZES : SIZES).map((leases) => objectLeases(leases, quick)), SESSION_LEASES],
  conclude: (measured) => flatness(measured, { case: SESSION_LEASES.name, metric: 'bytes a term', as: 'most ÷ least' }),
}

function objectLeases(leases: number, quick: boolean): Case {
  const options = { leases, timeMs: quick ? 100 : 300 }
  const load = () => import('./object-lease-variants.js')
  return {
    name: `${leases.toLocaleString('en-US')} object leases`,
    rounds: quick ? 5 : 11,
    metrics: {
      renewals: { unit: 'renewals/s', better: 'more', ratioTo: ['timer, refreshed'] },
      bytes: { unit: 'B/lease', better: 'less' },
    },
    variants: {
      holdfast: async () => (await load()).startTableLeases(options),
      'timer, refreshed': async () => (await load()).startRefreshedTimers(options),
      // A million of them take their time.
      ...(quick ? {} : { 'timer, set anew': async () => (await load()).startRestartedTimers(options) }),
    },
  }
}

const SESSION_LEASES: Case = {
  name: 'session leases',
  rounds: 1,
  warmups: 0,
  metrics: {
    'bytes a term': { unit: 'B', better: 'less' },
    'messages a term': { unit: 'messages', better: 'less' },
  },
  variants: Object.fromEntries(
    HELD.map((references) => [
      `${references.toLocaleString('en-US')} held`,
      async () => (await import('./session-lease-variant.js')).startSessionLease(references),
    ]),
  ),
}
