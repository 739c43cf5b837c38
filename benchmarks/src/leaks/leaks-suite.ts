/** Does memory come back? Holdfast beside other libraries for remote objects, asked of the objects themselves. */
import { assert } from '@holdfast/core'
import type { Cell, Suite } from '../suite.js'
import { SYSTEM_NAMES } from './rpc-system.js'
import { runScenario } from './run-scenario.js'
import { ITEMS, type Outcome, SCENARIO_NAMES, SCENARIOS } from './scenario.js'

export const leaksSuite: Suite = {
  async run({ progress }) {
    const rows: Cell[][] = []
    for (const scenario of SCENARIO_NAMES) {
      const row: Cell[] = [SCENARIOS[scenario]]
      for (const system of SYSTEM_NAMES) {
        const outcome = await runScenario(system, scenario)
        progress(`${scenario}: ${system} ${describe(outcome)}`)
        assert(system !== 'holdfast' || isGood(outcome), 'Holdfast brings it back', { scenario, outcome })
        row.push(describe(outcome))
      }
      rows.push(row)
    }
    return [
      {
        title: 'Leaks: does memory come back?',
        columns: [{ name: 'what is let go of' }, ...SYSTEM_NAMES.map((name) => ({ name }))],
        rows,
        notes: [
          `${ITEMS} objects or cycles, asked by WeakRefs after forced collections in both threads; those in cycles of Holdfast by its heap's word.`,
          'comlink 4.4.2, capnweb 0.12.0 without dispose(), @endo/captp 4.5.1 with gcImports. A call: the one under way, and one made later.',
          'Holdfast has a lease of half a second here, six with its quarantine; by default it is half a minute.',
        ],
      },
    ]
  },
}

function describe(outcome: Outcome | null): string {
  if (outcome === null) return 'hangs'
  if ('left' in outcome) return outcome.left === 0 ? `yes, in ${seconds(outcome.ms)}` : `no, ${outcome.left} are left`
  const { underWay, later } = outcome
  return `${settling(underWay)} / ${settling(later)}`
}

function isGood(outcome: Outcome | null): boolean {
  if (outcome === null) return false
  return 'left' in outcome ? outcome.left === 0 : outcome.underWay !== null && outcome.later !== null
}

const settling = (ms: number | null): string => (ms === null ? 'hangs' : `rejects in ${Math.round(ms)} ms`)

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
