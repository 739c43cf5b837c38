/** The rules of the reconcile: what owner and holder may still believe of each other after a session has ended. */
import type { Handle } from '@holdfast/heap/object-heap'
import { condemnRingAtBob, ringOfAliceAndBob } from '../support/ring-scene.js'
import type { Stage } from '../support/stage.js'
import { transcript } from '../support/transcript.js'

/** alice has removed what carol held, and bob has carried out his part of a verdict on it; then carol comes back and uses it. */
function usesWhatWasRemoved(stage: Stage): void {
  const { atBob, atCarol } = ringOfAliceAndBob(stage, { toCarol: true })
  stage.letsGo('bob', atBob)
  stage.forgets('alice', 'carol')
  condemnRingAtBob(stage)
  stage.meets('alice', 'carol')
  // Behind her reconcile, whose answer she has not heard.
  stage.uses('carol', atCarol as Handle)
  stage.allArrives('carol', 'alice')
  stage.checks()
  stage.allArrives('judge', 'alice')
}

transcript({
  rule: 'use-needs-a-row',
  about: 'who is not listed any more revives nothing that may be condemned',
  hasFaults: true,
  story: usesWhatWasRemoved,
})

transcript({
  rule: 'reconcile-needs-a-row',
  about: 'what was removed is not listed again, though it is still there for others',
  hasFaults: true,
  story: usesWhatWasRemoved,
})

transcript({
  rule: 'rejected-message-keeps-references',
  about: 'what comes with a message to something that is gone is taken in, and dropped',
  loses: /^a useless export at carol|^tables at carol had to be repaired/,
  hasFaults: true,
  story: (stage) => {
    const atCarol = stage.gives('alice', stage.creates('alice'), 'carol')
    stage.forgets('alice', 'carol')
    stage.meets('alice', 'carol')
    stage.uses('carol', atCarol, stage.creates('carol'))
    stage.allArrives('carol', 'alice')
  },
})

transcript({
  rule: 'reconcile-keeps-ver',
  about: 'a verdict that is under way while a holder reconciles what it condemns stays right',
  loses: /^alarm at alice/,
  hasFaults: true,
  story: (stage) => {
    const near = stage.creates('alice')
    const far = stage.creates('carol')
    stage.links('carol', far, stage.gives('alice', near, 'carol'))
    stage.links('alice', near, stage.gives('carol', far, 'alice'))
    stage.world.node('alice').letGoOfAll()
    stage.world.node('carol').letGoOfAll()
    stage.reports('alice')
    stage.reports('carol')
    stage.holds('judge', 'alice')
    stage.holds('judge', 'carol')
    stage.judges('bob')
    stage.falloutBetween('alice', 'carol')
    stage.meets('alice', 'carol')
    stage.world.settle()
    stage.allArrives('judge', 'alice')
    stage.allArrives('judge', 'carol')
  },
})

transcript({
  rule: 'reconcile-ends-quarantine',
  about: 'what a holder let go of while it was away goes when it has reconciled',
  loses: /^a useless export at alice/,
  hasFaults: true,
  story: (stage) => {
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.falloutBetween('alice', 'bob')
    stage.letsGo('bob', atBob)
    stage.collects('bob')
    stage.meets('alice', 'bob')
  },
})

transcript({
  rule: 'broken-names-a-message',
  about: 'what was refused, and came as a gift before its holder heard so, stays',
  loses: /^a promised reference broke at carol/,
  hasFaults: true,
  story: (stage) => {
    const thing = stage.creates('alice')
    const atBob = stage.gives('alice', thing, 'bob')
    stage.gives('alice', thing, 'carol')
    stage.letsGo('alice', thing)
    stage.forgets('alice', 'carol')
    stage.meets('alice', 'carol')
    // Her reconcile is refused; the answer is under way when bob gives it to her.
    stage.allArrives('carol', 'alice')
    stage.gives('bob', atBob, 'carol')
    stage.allArrives('alice', 'carol')
  },
})

transcript({
  rule: 'g-starts-anew',
  about: 'a drop counts in the session that it is made in',
  loses: /^a useless export at alice|^tables at alice had to be repaired/,
  hasFaults: true,
  story: (stage) => {
    for (let message = 0; message < 200; message++) stage.world.send('alice', { node: 'bob' })
    stage.allArrives('alice', 'bob')
    const atBob = stage.gives('alice', stage.creates('alice'), 'bob')
    stage.falloutBetween('alice', 'bob')
    stage.meets('alice', 'bob')
    stage.world.settle()
    stage.letsGo('bob', atBob)
    stage.collects('bob')
  },
})

transcript({
  rule: 'use-starts-anew',
  about: 'a ring whose imports were used in an earlier session is collected',
  loses: /^a useless export at (alice|bob)/,
  hasFaults: true,
  story: (stage) => {
    const { atBob } = ringOfAliceAndBob(stage, { toCarol: false })
    for (let use = 0; use < 400; use++) stage.uses('bob', atBob)
    stage.allArrives('bob', 'alice')
    stage.falloutBetween('alice', 'bob')
    stage.meets('alice', 'bob')
  },
})
