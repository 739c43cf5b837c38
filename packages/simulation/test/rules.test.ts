/** The world is worth something only if it notices what is missing: each of these rules, off, is caught by random seeds alone. */
import { RULES, type Rule } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { rulesTable } from '../src/cli/rules-table.js'
import { GAMBITS } from '../src/gambits/all.js'
import { checkerOf, runSeed } from '../src/index.js'

const PATIENCE = 600

/** Who sees it: the checkers among which the first violation must be. */
const SEEN_BY: readonly (readonly [Rule, readonly string[]])[] = [
  ['C3-closure', ['nothing-live-is-freed']],
  ['absent-means-live', ['nothing-live-is-freed', 'no-alarm', 'no-early-broken']],
  ['unacked-gifts-are-asked-about', ['nothing-left']],
  ['late-finalizer-is-ignored', ['nothing-live-is-freed', 'no-error', 'no-wrong-object', 'no-early-broken']],
  ['quarantine-before-removal', ['nothing-live-is-freed', 'no-early-broken']],
  ['quarantine-ends-in-removal', ['nothing-left', 'tables-are-bounded']],
  ['dropRef-checks-g', ['nothing-live-is-freed', 'no-early-broken', 'no-repair']],
  ['rejected-message-keeps-references', ['no-repair', 'nothing-left']],
  ['holder-knows-first', ['holder-knows-first']],
  ['gift-names-incarnation', ['no-wrong-object']],
  ['gift-tokens', ['nothing-by-forged-gifts']],
  ['reconcile-keeps-ver', ['no-alarm']],
]

function firstViolation(rule: Rule): string {
  for (let seed = 1; seed <= PATIENCE; seed++) {
    const { violation } = runSeed({ seed, without: [rule] })
    if (violation !== null) return violation
  }
  return `: ${rule} is not missed`
}

describe('random seeds notice that a rule is off', () => {
  it.each(SEEN_BY)('%s', (rule, checkers) => {
    expect(checkers).toContain(checkerOf(firstViolation(rule)))
  })
})

/** Rules that gambits attack. */
const ATTACKED = RULES.filter((rule) => GAMBITS.some(({ attacks }) => attacks.includes(rule)))

describe('a gambit against it shows soon that a rule is off', () => {
  it.each(ATTACKED)('%s', (rule) => {
    const [line] = [...rulesTable({ rules: [rule], first: 1, patience: 60, workload: 'gambits' })].slice(2)
    expect(line).toMatch(/\| \d+ \| `/)
  })
})

it('gambits are harmless where all rules are on', () => {
  for (let seed = 1; seed <= 60; seed++) expect(runSeed({ seed, workload: 'gambits' }).violation).toBeNull()
})
