/** For tests and the simulation only: a protocol with holes. */
import type { Rule, Rules } from './rules.js'

/** All rules but the named ones. */
export function rulesWithout(...off: readonly Rule[]): Rules {
  const switchedOff = new Set<Rule>(off)
  return { on: (rule) => !switchedOff.has(rule) }
}
