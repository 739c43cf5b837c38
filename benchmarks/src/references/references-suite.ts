/**
 * Remote references: made by a call each with 1,000 calls in flight, held, and let go of. The limit is a table of numbers whose messages
 * go in batches and that is told by hand what to let go of.
 */
import type { Case, Suite, Variant } from '../suite.js'
import type { ReferenceSystemName } from './reference-system.js'

export const referencesSuite: Suite = {
  cases: ({ quick }) => [
    referenceCase(10_000, ['raw table', 'holdfast', 'holdfast, managed', 'comlink', 'capnweb', 'captp'], quick),
    referenceCase(100_000, ['raw table', 'holdfast', ...(quick ? [] : (['holdfast, managed'] as const))], quick),
    dropCase(quick),
  ],
}

/** What is so slow that it gets less to do: its rates and bytes are by the reference. */
const SHARE: Partial<Record<ReferenceSystemName, number>> = { comlink: 0.2, capnweb: 0.2, captp: 0.05 }

function referenceCase(references: number, systems: readonly ReferenceSystemName[], quick: boolean): Case {
  const rate = { unit: 'references/s', better: 'more', ratioTo: ['raw table'] } as const
  const bytes = { unit: 'B/reference', better: 'less' } as const
  const start = async (system: ReferenceSystemName): Promise<Variant> => {
    const { startReferences } = await import('./reference-variant.js')
    return startReferences(system, { references: Math.round(references * (SHARE[system] ?? 1)) })
  }
  return {
    name: references.toLocaleString('en-US'),
    rounds: quick ? 3 : 9,
    // The pass that counts messages has warmed it up.
    warmups: quick ? 0 : 1,
    metrics: {
      create: rate,
      'create, by the processor': { ...rate, unit: 'references/s of processor' },
      release: rate,
      live: bytes,
      'with proxies': bytes,
      'wire create': bytes,
      'wire release': bytes,
      messages: { unit: 'messages/reference', better: 'less' },
      left: { unit: '%', better: 'less' },
      kept: bytes,
    },
    variants: Object.fromEntries(systems.map((system) => [system, () => start(system)])),
  }
}

function dropCase(quick: boolean): Case {
  const ms = { unit: 'ms', better: 'less' } as const
  const start = async (system: ReferenceSystemName): Promise<Variant> => {
    const { startBulkDrop } = await import('./bulk-drop-variant.js')
    return startBulkDrop(system, 100_000)
  }
  return {
    name: 'bulk drop of 100,000',
    rounds: quick ? 3 : 9,
    warmups: quick ? 0 : 1,
    metrics: { 'pause p99': ms, 'longest pause': ms, 'longest collection of V8': ms, 'gone after': ms },
    variants: {
      holdfast: () => start('holdfast'),
      ...(quick ? {} : { 'holdfast, managed': () => start('holdfast, managed') }),
    },
  }
}
