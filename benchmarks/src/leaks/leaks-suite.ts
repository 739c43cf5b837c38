/** Does memory come back? Holdfast beside other libraries for remote objects, asked of the objects themselves. */
import type { Case, Suite, Variant } from '../suite.js'
import type { SystemName } from './rpc-system.js'
import { SCENARIO_NAMES, SCENARIOS, type Scenario } from './scenario.js'

const SYSTEM_NAMES: readonly SystemName[] = ['holdfast', 'comlink', 'capnweb', 'captp']

/** Whoever leaks is waited for in vain, ten seconds each: there is no time for that in a quick run. */
export const leaksSuite: Suite = {
  cases: ({ quick }) => SCENARIO_NAMES.map((scenario) => scenarioCase(scenario, quick ? ['holdfast'] : SYSTEM_NAMES)),
}

function scenarioCase(scenario: Scenario, systems: readonly SystemName[]): Case {
  const ms = { unit: 'ms', better: 'less' } as const
  return {
    name: SCENARIOS[scenario],
    rounds: 1,
    warmups: 0,
    metrics: {
      left: { unit: 'of 100', better: 'less' },
      'gone after': ms,
      'a call under way rejects after': ms,
      'a later one after': ms,
    },
    variants: Object.fromEntries(systems.map((system) => [system, () => startScenario(system, scenario)])),
  }
}

function startScenario(system: SystemName, scenario: Scenario): Variant {
  return {
    async round() {
      const { runScenario } = await import('./run-scenario.js')
      const outcome = await runScenario(system, scenario)
      if (outcome === null || 'underWay' in outcome) {
        const { underWay, later } = outcome ?? { underWay: null, later: null }
        return { 'a call under way rejects after': underWay, 'a later one after': later }
      }
      const { left, ms } = outcome
      return { left, 'gone after': left === 0 ? ms : null }
    },
  }
}
