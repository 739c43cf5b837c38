/** The rules of reports and of what a coordinator makes of what they do not say. */
import { expect, it } from 'vitest'
import { letGo, tieRing } from '../support/ring.js'
import { transcript } from '../support/transcript.js'
import { World } from '../support/world.js'

transcript({
  rule: 'absent-means-live',
  about: "what a holder's report does not list, it holds",
  story: (stage) => {
    const thing = stage.creates('alice')
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.reports('bob')
    stage.reports('alice')
    stage.judges()
  },
})

transcript({
  rule: 'unlisted-exports-are-roots',
  about: 'an export that a report leaves out keeps what it reaches',
  story: (stage) => {
    const thing = stage.creates('alice')
    const holder = stage.creates('bob')
    const thingAtBob = stage.gives('alice', thing, 'bob')
    stage.links('bob', holder, thingAtBob)
    stage.gives('bob', holder, 'alice')
    stage.letsGo('bob', holder, thingAtBob)
    stage.letsGo('alice', thing)
    stage.reports('alice')
    // The holder is a suspect, too warm to be worth a line.
    stage.listsExports = false
    stage.reports('bob')
    stage.judges()
  },
})

transcript({
  rule: 'stamps-in-the-turn-of-the-trace',
  about: 'a use that arrives between a trace and its stamps keeps the ring it is in',
  story: (stage) => {
    const near = stage.creates('alice')
    const far = stage.creates('bob')
    const nearAtBob = stage.gives('alice', near, 'bob')
    const farAtAlice = stage.gives('bob', far, 'alice')
    stage.links('alice', near, farAtAlice)
    stage.links('bob', far, nearAtBob)
    stage.letsGo('alice', near, farAtAlice)
    stage.letsGo('bob', far)
    // alice's trace finds the ring out of her reach.
    const reportsLate = stage.tracesFirst('alice')
    // Then she is given it back.
    stage.uses('bob', nearAtBob)
    stage.letsGo('bob', nearAtBob)
    stage.arrives('bob', 'alice')
    reportsLate()
    stage.reports('bob')
    stage.judges()
  },
})

transcript({
  rule: 'quarantined-means-live',
  about: "an ended session's rows protect the gifts that its holder still had under way",
  hasFaults: true,
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.sends('bob', atBob, 'carol')
    stage.falloutBetween('alice', 'bob')
    stage.reports('alice')
    stage.reports('bob')
    stage.judges()
    // carol gets her gift and is listed.
    stage.arrives('bob', 'carol')
    stage.arrives('carol', 'alice')
  },
})

transcript({
  rule: 'one-session-per-row',
  about: 'stamps of one session say nothing about the rows of the next',
  hasFaults: true,
  story: (stage) => {
    const thing = stage.creates('alice')
    const atCarol = stage.gives('alice', thing, 'carol')
    // bob's report is of their first session: he has no use for it. He drops it, and nothing of it is in quarantine.
    const atBob = stage.gives('alice', thing, 'bob')
    stage.letsGo('bob', atBob)
    stage.reports('bob')
    stage.collects('bob')
    stage.arrives('bob', 'alice')
    stage.falloutBetween('alice', 'bob')
    stage.meets('alice', 'bob')
    stage.world.settle()
    // In their second session he is given it again and holds it.
    stage.gives('alice', thing, 'bob')
    stage.letsGo('alice', thing)
    stage.letsGo('carol', atCarol)
    stage.reports('carol')
    stage.reports('alice')
    stage.judges()
  },
})

it('unlisted-exports-are-roots: a filter that changes its mind is asked once an export', () => {
  let asked = 0
  // Lists nothing when asked first, everything from then on: asked twice, it would leave out what is then no root.
  const world = new World(['alice', 'bob', 'judge'], { collector: { lists: () => asked++ > 0 } })
  const [near, far] = tieRing(world, ['alice', 'bob'])
  if (near === undefined || far === undefined) throw new Error('a ring of two')
  letGo(world, [near])
  world.report('alice', 'judge')
  expect(asked).toBe(1)
})
