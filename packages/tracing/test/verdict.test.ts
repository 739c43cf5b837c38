import { ALL_RULES, type Rule, type Rules } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import { CompactGraph, type ReferenceGraph } from '@holdfast/graph'
import { GraphologyGraph } from '@holdfast/graph/graphology'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Report } from '../src/index.js'
import { judge, type Verdict } from '../src/verdict.js'
import { naiveVerdict, naiveWeaklyHeld } from './support/naive-verdict.js'
import { collageOf, randomReports, weakReports } from './support/random-collage.js'

const GRAPHS: readonly (readonly [string, () => ReferenceGraph])[] = [
  ['CompactGraph', () => new CompactGraph()],
  ['GraphologyGraph', () => new GraphologyGraph()],
]

function namesIn(verdict: Verdict): string[] {
  return verdict.condemned
    .flatMap(({ owner, ids }) => Array.from(ids, (id) => `${owner.node}#${owner.incarnation}/${id}`))
    .sort()
}

function expectSame(reports: readonly Report[], createGraph: () => ReferenceGraph, rules: Rules): Verdict {
  const verdict = judge(collageOf(reports), { createGraph }, rules)
  expect(namesIn(verdict)).toEqual([...naiveVerdict(reports, rules)].sort())
  return verdict
}

/** What a verdict tells of weak holders: each vertex by its report, with its group. */
function groupsIn(weaklyHeld: Verdict['weaklyHeld']): Map<string, string> {
  return new Map(
    weaklyHeld.flatMap(({ holder, names, groups }) =>
      names.map((name, place) => [`${holder.node}:${name}`, String(groups[place])] as const),
    ),
  )
}

/** What is grouped with what, however the groups are called. */
function partition(groups: ReadonlyMap<string, string>): string[] {
  const members = new Map<string, string[]>()
  for (const [key, group] of groups) members.set(group, [...(members.get(group) ?? []), key])
  return Array.from(members.values(), (keys) => keys.sort().join(' ')).sort()
}

const RULES: readonly (Rule | 'none')[] = [
  'none',
  'C0-local-exports',
  'C1-grants-received',
  'C2-receiver-newer-than-addRef',
  'C3-closure',
  'C4-uses-received',
  'C5-acked-gifts-included',
  'absent-means-live',
  'quarantined-means-live',
  'one-session-per-row',
  'weak-holders-are-black',
]

describe.each(GRAPHS)('a verdict on %s', (_, createGraph) => {
  it('is that of the naive fixpoint, with the versions as reported', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const reports = randomReports(seed)
        const { condemned, suspects } = expectSame(reports, createGraph, ALL_RULES)
        expect(suspects).toBe(reports.reduce((sum, report) => sum + report.exports.ids.length, 0))
        for (const { owner, ids, versions } of condemned) {
          const { exports } = reports.find((report) => report.node === owner.node) as Report
          const places = Array.from(ids, (id) => Array.from(exports.ids).indexOf(id))
          expect([...versions]).toEqual(places.map((place) => exports.versions[place]))
        }
      }),
      { numRuns: 1500 },
    )
  })

  it('is that of the naive fixpoint where something is weakly held, and tells what weak holders alone keep', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const reports = weakReports(seed)
        const { weaklyHeld } = expectSame(reports, createGraph, ALL_RULES)
        for (const { holder, report } of weaklyHeld) {
          expect(reports.find(({ node }) => node === holder.node)?.number).toBe(report)
        }
        expect(partition(groupsIn(weaklyHeld))).toEqual(partition(naiveWeaklyHeld(reports, ALL_RULES)))
      }),
      { numRuns: 1500 },
    )
  })

  it.each(RULES.slice(1))('is that of the naive fixpoint without %s', (rule) => {
    const rules = rulesWithout(rule as Rule)
    fc.assert(
      fc.property(fc.integer(), (seed) => void expectSame(weakReports(seed), createGraph, rules)),
      { numRuns: 200 },
    )
  })
})

it.each(RULES.slice(1))(
  'random collages tell a verdict without %s from one with it, so the comparisons above mean something',
  (rule) => {
    const rules = rulesWithout(rule as Rule)
    let condemned = 0
    let different = 0
    for (let seed = 1; seed <= 2000; seed++) {
      const reports = weakReports(seed)
      const all = naiveVerdict(reports, ALL_RULES)
      condemned += all.size
      if (naiveVerdict(reports, rules).size > all.size) different++
    }
    expect(condemned).toBeGreaterThan(100)
    expect(different).toBeGreaterThan(0)
  },
)

it('nothing known means nothing condemned', () => {
  expect(judge(collageOf([]))).toEqual({ condemned: [], weaklyHeld: [], suspects: 0 })
})
