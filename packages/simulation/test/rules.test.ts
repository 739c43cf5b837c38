/** The world is worth something only if it notices what is missing: each of these rules, off, is caught by random seeds alone. */
import type { Rule } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { checkerOf, runSeed } from '../src/index.js'

const PATIENCE = 600

/** Who sees it: the checkers among which the first violation must be. */
const SEEN_BY: readonly (readonly [Rule, readonly string[]])[] = [
  ['C3-closure', ['nothing-live-is-freed']],
  ['absent-means-live', ['nothing-live-is-freed', 'no-alarm', 'no-early-broken']],
  ['unacked-gifts-are-asked-about', ['nothing-left']],
  ['late-finalizer-is-ignored', ['nothing-live-is-freed', 'no-error', 'no-wrong-object', 'no-early-broken']],
  ['quarantine-before-removal', ['nothing-live-is-freed', 'no-early-broken']],
  ['quarantine-ends-in-removal', ['nothing-left']],
  ['dropRef-checks-g', ['nothing-live-is-freed', 'no-early-broken']],
]

describe('random seeds notice that a rule is off', () => {
  it.each(SEEN_BY)('%s', (rule, checkers) => {
    let violation: string | null = null
    for (let seed = 1; seed <= PATIENCE && violation === null; seed++) {
      violation = runSeed({ seed, without: [rule] }).violation
    }
    expect(checkers).toContain(checkerOf(violation ?? ''))
  })
})
