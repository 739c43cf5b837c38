/** The promise that leases are for: before an owner removes anything, its holder's own view of the session is over. */
import { ALL_RULES, type Rules } from '@holdfast/core'
import { rulesWithout } from '@holdfast/core/unsafe-rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leaseTimes } from '../src/index.js'
import { DriftingNode } from './support/drifting-pair.js'

const TERM = 1000
const GIFT_DEPTH = 1
/** Rounding, in ms. */
const EPSILON = 1e-6

/** Failing stories are long: whoever breaks a rule sees one soon, if not the shortest. */
const CHECKED = { numRuns: 1000, interruptAfterTimeLimit: 20_000 }

/** How fast a clock runs within the bound: -1 is the slowest, 1 the fastest. */
const rate = fc.oneof(
  fc.constantFrom(-1, 1),
  fc.integer({ min: -100, max: 100 }).map((percent) => percent / 100),
)
const long = fc.nat(TERM / 2)
const wait = fc.oneof({ weight: 40, arbitrary: fc.nat(TERM / 40) }, long)
const step = fc.record({
  wait,
  rates: fc.tuple(rate, rate),
  who: fc.constantFrom<0 | 1>(0, 1),
  act: fc.constantFrom('send', 'send', 'repeat', 'receive', 'receive', 'drain', 'drain', 'lose'),
  pick: fc.nat(5),
})
const story = fc.record({
  drift: fc.constantFrom(0, 0.01, 0.1),
  /** How long the first node's hello is on its way: its lease counts from when it asked. */
  opening: long,
  clocks: fc.tuple(fc.nat(100_000), fc.nat(100_000)),
  steps: fc.array(step, { minLength: 5, maxLength: 300, size: 'max' }),
  /** After this step the second node ends the session by itself, for whatever reason. */
  endsAfter: fc.option(fc.integer({ min: 0, max: 600 })),
})
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

interface Outcome {
  /** The first node asked for the session; the second answered. */
  readonly nodes: readonly [DriftingNode, DriftingNode]
  readonly times: ReturnType<typeof leaseTimes>
}

/** Plays a story until both views are over. */
function play({ drift, opening, clocks, steps, endsAfter }: Story, rules: Rules): Outcome {
  const times = leaseTimes({ term: TERM, drift }, GIFT_DEPTH, rules)
  const asker = new DriftingNode(times, clocks[0], 0)
  let now = 0
  asker.pass(opening, 1, now)
  now += opening
  const nodes = [asker, new DriftingNode(times, clocks[1], now)] as const
  for (const [index, { wait: elapsed, rates, who, act, pick }] of steps.entries()) {
    for (const [place, node] of nodes.entries()) node.pass(elapsed, 1 + rates[place] * drift, now)
    now += elapsed
    const [node, other] = [nodes[who], nodes[1 - who]]
    if (act === 'send') node.send(other)
    else if (act === 'repeat') node.repeat(other)
    else if (act === 'receive') node.receive(pick, now)
    else if (act === 'drain') while (node.inbox.length > 0) node.receive(0, now)
    else node.inbox.splice(pick, 1)
    if (index === endsAfter) nodes[1].end(now)
  }
  // What is left runs on the worst clocks: the asker's slow, the other's fast.
  nodes[0].pass(10 * TERM, 1 - drift, now)
  nodes[1].pass(10 * TERM, 1 + drift, now)
  return { nodes, times }
}

/** The earliest true time at which a node may remove what the other held: a quarantine after the end, on the fastest clock. */
const removalAt = (owner: DriftingNode, { quarantine }: Outcome['times'], drift: number): number =>
  (owner.overAt as number) + quarantine / (1 + drift)

/** Whatever ends the view of the owner, that of the holder ends a term of its own later at the latest. */
function endsWithinATerm(rules: Rules) {
  return fc.property(story, (told) => {
    const { nodes, times } = play(told, rules)
    for (const [owner, holder] of [nodes, [nodes[1], nodes[0]]]) {
      if (owner.overAt === null || holder.overAt === null) throw new Error('a view never ended')
      expect(holder.overAt).toBeLessThanOrEqual(owner.overAt + TERM / (1 + told.drift) + EPSILON)
      expect(holder.overAt).toBeLessThanOrEqual(removalAt(owner, times, told.drift))
    }
  })
}

/** The holder that asked for the session knows before the owner has waited its own term for a sign of life. */
function knowsBeforeTheTerm(rules: Rules) {
  return fc.property(story, (told) => {
    const [asker, owner] = play(told, rules).nodes
    expect(asker.overAt).toBeLessThanOrEqual(owner.heardAt + TERM / (1 + told.drift) + EPSILON)
  })
}

describe('however clocks drift within the bound, and frames are late, lost and out of order', () => {
  it("a holder's view is over before its owner removes anything, and a term after its owner's at most", () => {
    fc.assert(endsWithinATerm(ALL_RULES), CHECKED)
  })

  it('a holder that asked knows before its owner has waited a term for it', () => {
    fc.assert(knowsBeforeTheTerm(ALL_RULES), CHECKED)
  })

  it('neither is true without the rule: a holder that counts what it hears outlives its owner’s patience', () => {
    const off = rulesWithout('holder-knows-first')
    for (const property of [endsWithinATerm(off), knowsBeforeTheTerm(off)]) {
      expect(fc.check(property, { numRuns: 2000, endOnFailure: true }).failed).toBe(true)
    }
  })

  it('sessions in these stories live on for many terms, and end in many ways', () => {
    const stories = fc.sample(story, { numRuns: 300, seed: 1 })
    const ends = stories.map((told) => play(told, ALL_RULES).nodes.map((node) => node.overAt ?? 0))
    expect(ends.filter(([asker]) => asker > 3 * TERM).length).toBeGreaterThan(10)
    expect(ends.filter(([asker, other]) => asker < other).length).toBeGreaterThan(30)
    expect(ends.filter(([asker, other]) => asker > other).length).toBeGreaterThan(30)
  })
})
